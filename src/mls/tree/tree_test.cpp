#include <gtest/gtest.h>

#include <set>

#include "mls/rules_for_test.h"
#include "mls/tree/tree_world_for_test.h"

namespace homeward::mls {
namespace {

using test::TreeWorld;

TreeRules rules_for(const TreeWorld& world) { return {world.group_id, {}, {}}; }

// What a tree says must be what a fresh one with the same content says: hashes, indices, counts.
void expect_consistent(TreeWorld& world) {
  RatchetTree& tree = world.tree;
  auto fresh = RatchetTree::decode(world.suite, tree.encode());
  ASSERT_TRUE(fresh.ok());
  ASSERT_EQ(fresh->encode(), tree.encode());
  ASSERT_EQ(fresh->depth(), tree.depth());
  ASSERT_EQ(fresh->tree_hash(), tree.tree_hash());
  ASSERT_EQ(fresh->member_count(), world.members.size());
  const Result<> valid = fresh->validate(rules_for(world));
  ASSERT_TRUE(valid.ok()) << valid.error().context();
  for (NodeIndex node{0}; node.value < node_count(tree.depth()); ++node.value) {
    ASSERT_EQ(fresh->node_hash(node), tree.node_hash(node));
    std::vector<NodeIndex> resolution;
    tree.resolution(node, resolution);
    ASSERT_EQ(tree.is_empty_below(node), resolution.empty());
    if (!tree.is_blank(node)) {
      ASSERT_EQ(tree.find_by_encryption_key(tree.encryption_key(node)), node);
      ASSERT_EQ(tree.find_by_encryption_key(tree.encryption_key(node), node), std::nullopt);
    }
  }
  for (const auto& [leaf, member] : world.members) {
    ASSERT_EQ(tree.find_by_signature_key(member.signature_key.public_key), leaf);
    ASSERT_TRUE(tree.check_unique(leaf).ok());
    for (const TreePrivate::Entry& entry : member.keys.entries()) {
      ASSERT_FALSE(tree.is_blank(entry.node));
      ASSERT_TRUE(is_in_subtree(node_of(leaf), entry.node));
    }
  }
  ASSERT_TRUE(tree.all_list(Capability::kCredential, 1));
  ASSERT_FALSE(tree.all_list(Capability::kCredential, 2));
}

class Tree : public testing::TestWithParam<SuiteId> {
 protected:
  const Suite& suite = *Suite::find(GetParam());

  static LeafIndex pick(TreeWorld& world) {
    auto at = world.members.begin();
    std::advance(at, world.random.below(world.members.size()));
    return at->first;
  }
};

TEST_P(Tree, RandomCommits) {
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    TreeWorld world(suite, seed);
    for (int step = 0; step < 25; ++step) {
      SCOPED_TRACE(std::to_string(seed) + "/" + std::to_string(step));
      const LeafIndex committer = pick(world);
      TreeWorld::Changes changes;
      std::set<LeafIndex> others;
      for (uint64_t more = world.random.below(3); more > 0; --more) others.insert(pick(world));
      others.erase(committer);
      for (const LeafIndex leaf : others) {
        (world.random.below(2) == 0 ? changes.updates : changes.removes).push_back(leaf);
      }
      changes.adds = step < 8 ? 1 + world.random.below(7) : world.random.below(3);
      const Bytes before = world.tree.encode();
      const RatchetTree kept = world.tree;
      const Digest hash_before = world.tree.tree_hash();
      world.commit(committer, changes);
      ASSERT_EQ(kept.encode(), before);
      RatchetTree kept_again = kept;
      ASSERT_EQ(kept_again.tree_hash(), hash_before);
      expect_consistent(world);
    }
  }
}

// Random changes without paths, against the same content read afresh each time; grows over block borders and
// back.
TEST_P(Tree, RandomChangesKeepHashes) {
  TreeWorld world(suite, 4);
  std::vector<LeafNode> pool;
  for (int at = 0; at < 40; ++at) {
    RatchetTree aside(suite);
    pool.push_back(*aside.leaf(world.add_to(aside).leaf));
  }
  RatchetTree tree(suite);
  tree.add(pool[0]);
  std::vector<RatchetTree> staged;
  for (int step = 0; step < 600; ++step) {
    const bool grow = (step / 100) % 2 == 0;
    const LeafNode& leaf = pool[world.random.below(pool.size())];
    const LeafIndex at{static_cast<uint32_t>(world.random.below(tree.leaf_slot_count()))};
    const uint64_t kind = world.random.below(10);
    if (kind < (grow ? 6u : 1u)) {
      const LeafIndex expected = tree.leftmost_blank();
      ASSERT_EQ(tree.add(leaf), expected);
    } else if (kind < 8 && tree.leaf(at) && tree.member_count() > 1) {
      ASSERT_TRUE(tree.remove(at).ok());
    } else if (kind == 8) {
      ASSERT_EQ(tree.update(at, leaf).ok(), tree.leaf(at) != nullptr);
    } else if (tree.leaf(at)) {
      std::vector<Bytes> keys;
      for (size_t more = tree.filtered_direct_path(at).size(); more > 0; --more) {
        keys.push_back(world.random.bytes(suite.kem_output_size()));
      }
      tree.set_path(at, std::vector<BytesView>(keys.begin(), keys.end()));
      tree.set_leaf(at, leaf);
    }
    if (world.random.below(4) == 0) tree.tree_hash();
    if (world.random.below(8) == 0) staged.push_back(tree);
    if (staged.size() > 3) {
      tree = staged[world.random.below(staged.size())];
      staged.clear();
    }
    auto fresh = RatchetTree::decode(suite, tree.encode());
    ASSERT_TRUE(fresh.ok());
    RatchetTree copy = tree;
    ASSERT_EQ(copy.tree_hash(), fresh->tree_hash()) << step;
    ASSERT_EQ(fresh->depth(), tree.depth());
    ASSERT_EQ(fresh->member_count(), tree.member_count());
    for (NodeIndex node{0}; node.value < node_count(tree.depth()); ++node.value) {
      ASSERT_TRUE(std::ranges::equal(fresh->unmerged_leaves(node), tree.unmerged_leaves(node)));
      if (!tree.is_blank(node)) {
        ASSERT_TRUE(tree.find_by_encryption_key(tree.encryption_key(node)).has_value());
      }
    }
  }
}

// --- What is refused ---

TEST_P(Tree, PathThatDoesNotFitIsRefusedAndChangesNothing) {
  TreeWorld world(suite, 5);
  world.commit({0}, {{}, {}, 6});
  world.commit({3}, {});
  const LeafIndex sender{2};
  RatchetTree next = world.tree;
  auto made = create_update_path(next, world.path_params(sender, {}), world.random);
  ASSERT_TRUE(made.ok());
  const Bytes before = world.tree.encode();
  const auto merged = [&](auto change) {
    UpdatePath path = made->path;
    change(path);
    const Result<> result = merge_update_path(world.tree, path, world.merge_params(sender, {}));
    if (!result.ok()) {
      EXPECT_EQ(world.tree.encode(), before);
    }
    return result;
  };
  EXPECT_RULE("7.5/nodes", merged([](UpdatePath& p) { p.nodes.pop_back(); }));
  EXPECT_RULE("7.5/nodes", merged([](UpdatePath& p) { p.nodes.push_back(p.nodes[0]); }));
  EXPECT_RULE("7.6/ciphertexts", merged([](UpdatePath& p) { p.nodes[1].encrypted_path_secret.pop_back(); }));
  EXPECT_RULE("5.1.1/path-key", merged([](UpdatePath& p) { p.nodes[0].encryption_key.pop_back(); }));
  EXPECT_RULE("12.4.2/key-twice",
              merged([](UpdatePath& p) { p.nodes[0].encryption_key = p.nodes[1].encryption_key; }));
  EXPECT_RULE("12.4.2/key-in-tree", merged([&](UpdatePath& p) {
                p.nodes[0].encryption_key = copy_of(world.tree.encryption_key(node_of({5})));
              }));
  EXPECT_RULE("7.9.2/commit", merged([&](UpdatePath& p) {
                p.nodes[0].encryption_key = suite.generate_hpke_key_pair(world.random).public_key;
              }));
  EXPECT_RULE("7.3/source", merged([&](UpdatePath& p) { p.leaf_node = *world.tree.leaf({4}); }));
  EXPECT_RULE("12.4.2/key-in-tree", merged([&](UpdatePath& p) {  // her old leaf key again
                const LeafContent old = world.tree.leaf(sender)->content();
                p.leaf_node =
                    *LeafNode::for_commit(suite, old, p.leaf_node.parent_hash(), {world.group_id, sender},
                                          world.members[sender].signature_key.private_key.view());
              }));
  EXPECT_RULE("7.3/signature", merged([&](UpdatePath& p) {  // signed by another
                p.leaf_node = *LeafNode::for_commit(suite, p.leaf_node.content(), p.leaf_node.parent_hash(),
                                                    {world.group_id, sender},
                                                    world.members[{4}].signature_key.private_key.view());
              }));
  // The public half is good: only some will not open it.
  EXPECT_TRUE(merged([](UpdatePath& p) { p.nodes[0].encrypted_path_secret[0].ciphertext[0] ^= 1; }).ok());
}

TEST_P(Tree, PathGoodForSome) {
  TreeWorld world(suite, 6);
  world.commit({0}, {{}, {}, 3});
  const LeafIndex sender{1};
  RatchetTree next = world.tree;
  auto made = create_update_path(next, world.path_params(sender, {}), world.random);
  ASSERT_TRUE(made.ok());
  made->path.nodes[0].encrypted_path_secret[0].ciphertext[3] ^= 1;  // member 0's
  ASSERT_TRUE(merge_update_path(world.tree, made->path, world.merge_params(sender, {})).ok());
  const auto open = [&](LeafIndex leaf) {
    return open_update_path(world.tree, world.members[leaf].keys, made->path,
                            {sender, {}, made->group_context});
  };
  EXPECT_RULE("7.5/opens", open({0}));
  EXPECT_TRUE(open({2}).ok());
  EXPECT_TRUE(open({3}).ok());
}

TEST_P(Tree, PathWhoseSecretsDoNotGiveItsKeys) {
  TreeWorld world(suite, 7);
  world.commit({0}, {{}, {}, 3});
  const LeafIndex sender{1};
  RatchetTree next = world.tree;
  auto made = create_update_path(next, world.path_params(sender, {}), world.random);
  ASSERT_TRUE(made.ok());
  auto other =
      suite.encrypt_with_label(world.tree.encryption_key(node_of({0})), "UpdatePathNode", made->group_context,
                               world.random.bytes(suite.hash_size()), world.random);
  ASSERT_TRUE(other.ok());
  made->path.nodes[0].encrypted_path_secret[0] = *other;
  ASSERT_TRUE(merge_update_path(world.tree, made->path, world.merge_params(sender, {})).ok());
  EXPECT_RULE("7.5/keys", open_update_path(world.tree, world.members[{0}].keys, made->path,
                                           {sender, {}, made->group_context}));
  made->path.nodes[0].encrypted_path_secret[0] =
      *suite.encrypt_with_label(world.tree.encryption_key(node_of({0})), "UpdatePathNode",
                                made->group_context, world.random.bytes(suite.hash_size() - 1), world.random);
  EXPECT_RULE("7.4/path-secret", open_update_path(world.tree, world.members[{0}].keys, made->path,
                                                  {sender, {}, made->group_context}));
  TreePrivate keys = world.members[{2}].keys.clone();
  const Secret unchanged = keys.encode();
  EXPECT_TRUE(keys.take_path_secret(world.tree, sender, world.random.bytes(suite.hash_size()))
                  .error()
                  .is(MlsError::kPathMismatch));
  EXPECT_EQ(keys.encode(), unchanged);
}

TEST_P(Tree, ReceivedTreesThatAreRefused) {
  TreeWorld world(suite, 8);
  world.commit({0}, {{}, {}, 5});
  world.commit({4}, {});
  world.commit({1}, {});
  const auto error_of = [&](auto change) {
    RatchetTree tree = world.tree;
    change(tree);
    auto received = RatchetTree::decode(suite, tree.encode());
    HW_ASSERT(received.ok());
    const Result<> result = received->validate(rules_for(world));
    return result.ok() ? Error(MlsError::kBadParams) : result.error();
  };
  EXPECT_TRUE(error_of([](RatchetTree&) {}).is(MlsError::kBadParams));  // as it is, it is good
  EXPECT_TRUE(error_of([&](RatchetTree& tree) { tree.add(*tree.leaf({2})); }).is(MlsError::kDuplicateKey));
  EXPECT_TRUE(error_of([&](RatchetTree& tree) {  // another key in a parent that nobody signed
                std::vector<Bytes> keys;
                for (size_t more = tree.filtered_direct_path({2}).size(); more > 0; --more) {
                  keys.push_back(suite.generate_hpke_key_pair(world.random).public_key);
                }
                tree.set_path({2}, std::vector<BytesView>(keys.begin(), keys.end()));
              })
                  .is(MlsError::kParentHashMismatch));
  EXPECT_TRUE(error_of([&](RatchetTree& tree) {  // an honest leaf at another's place
                const LeafNode moved = *tree.leaf({1});
                HW_ASSERT(tree.remove({1}).ok() && tree.update({4}, moved).ok());
              })
                  .is(MlsError::kBadSignature));
  EXPECT_TRUE(
      error_of([&](RatchetTree& tree) {
        LeafContent content = tree.leaf({5})->content();
        content.capabilities.credentials = {2};
        HW_ASSERT(tree.update({5}, *LeafNode::for_update(suite, content, {world.group_id, {5}},
                                                         world.members[{5}].signature_key.private_key.view()))
                      .ok());
      }).is(MlsError::kInvalidLeaf));
  TreeRules other_group{view_of("another group"), {}, {}};
  EXPECT_TRUE(world.tree.validate(other_group).error().is(MlsError::kBadSignature));
}

TEST_P(Tree, UnmergedLeavesThatAreRefused) {
  TreeWorld world(suite, 9);
  world.commit({0}, {{}, {}, 3});
  world.commit({3}, {});
  const auto with_unmerged = [&](std::vector<uint32_t> at_root, std::vector<uint32_t> at_left) {
    Writer out;
    out.vector([&](Writer& list) {
      for (NodeIndex node{0}; node.value < 7; ++node.value) {
        if (is_leaf(node)) {
          list.u8(1).u8(1).raw(world.tree.leaf(leaf_of(node))->encoded());
          continue;
        }
        list.u8(1).u8(2).opaque(world.tree.encryption_key(node)).opaque(world.tree.parent_hash(node));
        list.vector([&](Writer& unmerged) {
          for (const uint32_t leaf : node.value == 3   ? at_root
                                     : node.value == 1 ? at_left
                                                       : std::vector<uint32_t>{}) {
            unmerged.u32(leaf);
          }
        });
      }
    });
    return RatchetTree::decode(suite, out.view());
  };
  EXPECT_TRUE(with_unmerged({}, {})->validate(rules_for(world)).ok());
  EXPECT_FALSE(with_unmerged({2, 1}, {}).ok());  // "7.1/unmerged-order"
  EXPECT_FALSE(with_unmerged({1, 1}, {}).ok());
  EXPECT_RULE("12.4.3.1/unmerged-leaf", with_unmerged({9}, {})->validate(rules_for(world)));
  EXPECT_RULE("12.4.3.1/unmerged-leaf", with_unmerged({}, {2})->validate(rules_for(world)));
  EXPECT_RULE("12.4.3.1/unmerged-between", with_unmerged({1}, {})->validate(rules_for(world)));
  EXPECT_RULE("7.9.2/tree", with_unmerged({1}, {1})->validate(rules_for(world)));
}

TEST_P(Tree, MalformedTreesAreRefused) {
  TreeWorld world(suite, 10);
  world.commit({0}, {{}, {}, 2});
  const Bytes good = world.tree.encode();
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(RatchetTree::decode(suite, BytesView(good).first(size)).ok());
  }
  Reader in(good);
  Writer longer;
  longer.vector([&](Writer& list) { list.raw(in.vector().rest()).u8(0); });  // a blank node at the end
  EXPECT_RULE("12.4.3.3/last-node", RatchetTree::decode(suite, longer.view()));
  Writer shifted;
  Reader again(good);
  shifted.vector([&](Writer& list) { list.u8(0).raw(again.vector().rest()); });  // leaves at parents' places
  EXPECT_RULE("12.4.3.3/node-type", RatchetTree::decode(suite, shifted.view()));
  Writer short_key;
  short_key.vector([&](Writer& list) {
    list.u8(0).u8(1).u8(2).opaque(Bytes(suite.kem_output_size() - 1)).opaque({}).opaque({});
  });
  EXPECT_RULE("7.1/sizes", RatchetTree::decode(suite, short_key.view()));
  Writer none;
  none.opaque({});
  EXPECT_TRUE(RatchetTree::decode(suite, none.view()).error().is(MlsError::kInvalidTree));
}

// Section 7.3: every member can judge every other's credential.
TEST_P(Tree, CredentialTypes) {
  TreeWorld world(suite, 13);
  const KeyPair key = suite.generate_signature_key_pair(world.random);
  const auto leaf = [&](Credential credential, std::vector<uint16_t> listed) {
    LeafContent content{suite.generate_hpke_key_pair(world.random).public_key,
                        key.public_key,
                        std::move(credential),
                        Capabilities::ours(),
                        {}};
    content.capabilities.credentials = std::move(listed);
    return *LeafNode::for_update(suite, content, {world.group_id, {1}}, key.private_key.view());
  };
  const Credential basic = Credential::basic(view_of("name"));
  const Credential x509{CredentialType::kX509, {}, {{1}}};
  const auto check = [&](const std::vector<LeafNode>& others, const LeafNode& last) {
    RatchetTree tree(suite);
    for (const LeafNode& other : others) tree.add(other);
    return tree.check_credential_types(*tree.leaf(tree.add(last)));
  };
  EXPECT_TRUE(check({leaf(basic, {1, 2})}, leaf(x509, {1, 2})).ok());
  EXPECT_RULE("7.3/credential-for-all", check({leaf(basic, {1})}, leaf(x509, {1, 2})));
  EXPECT_RULE("7.3/credentials-in-use", check({leaf(basic, {1, 2})}, leaf(x509, {2})));
}

TEST_P(Tree, SignaturesMayBeRunByTheCaller) {
  TreeWorld world(suite, 11);
  world.commit({0}, {{}, {}, 4});
  size_t ran = 0;
  TreeRules rules = rules_for(world);
  rules.run_checks = [&](size_t count, const std::function<bool(size_t)>& check) {
    bool good = true;
    for (size_t at = count; at-- > 0; ++ran) good = check(at) && good;
    return good;
  };
  EXPECT_TRUE(world.tree.validate(rules).ok());
  EXPECT_EQ(ran, 5u);
  rules.run_checks = [](size_t, const std::function<bool(size_t)>&) { return false; };
  EXPECT_TRUE(world.tree.validate(rules).error().is(MlsError::kBadSignature));
}

// A commit on a large tree must leave nearly all of it shared.
TEST_P(Tree, StagingCopiesLittle) {
  TreeWorld world(suite, 12);
  RatchetTree tree(suite);
  TreeWorld::Newcomer one = world.add_to(tree);
  const LeafNode leaf = *tree.leaf(one.leaf);
  while (tree.member_count() < 2000) tree.add(leaf);  // the same leaf: only the structure matters here
  tree.tree_hash();
  const size_t per_member = tree.memory_bytes() / tree.member_count();
  EXPECT_LE(per_member, 450u);
  RatchetTree staged = tree;
  ASSERT_TRUE(staged.update({1234}, leaf).ok());
  EXPECT_EQ(staged.tree_hash(), tree.tree_hash());
  ASSERT_TRUE(staged.remove({1234}).ok());
  EXPECT_NE(staged.tree_hash(), tree.tree_hash());
  EXPECT_EQ(staged.leaf({0}), tree.leaf({0}));        // one and the same block
  EXPECT_NE(staged.leaf({1235}), tree.leaf({1235}));  // its block was copied
}

INSTANTIATE_TEST_SUITE_P(Suites, Tree, testing::ValuesIn(Suite::built_in().begin(), Suite::built_in().end()),
                         [](const auto& suite) {
                           return std::to_string(static_cast<uint16_t>(suite.param));
                         });

TEST(TreeMath, CommonAncestors) {
  EXPECT_EQ(common_ancestor({0}, {1}).value, 1u);
  EXPECT_EQ(common_ancestor({0}, {2}).value, 3u);
  EXPECT_EQ(common_ancestor({5}, {6}).value, 11u);
  EXPECT_EQ(common_ancestor({2}, {5}).value, 7u);
  EXPECT_EQ(common_ancestor({4}, {4}).value, 8u);
  EXPECT_TRUE(is_in_subtree({8}, {9}) && is_in_subtree({9}, {9}) && !is_in_subtree({9}, {8}));
  EXPECT_EQ(first_leaf({11}).value, 4u);
  EXPECT_EQ(last_leaf({11}).value, 7u);
}

}  // namespace
}  // namespace homeward::mls

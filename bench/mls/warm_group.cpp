#include "bench/mls/warm_group.h"

#include "bench/mls/measure.h"

namespace homeward::bench {

using mls::LeafIndex;

const Suite& bench_suite() { return *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519); }

Person make_person(size_t number, Random& random) {
  KeyPair signature_key = bench_suite().generate_signature_key_pair(random);
  mls::KeyPackageParams params;
  params.credential = mls::Credential::basic(view_of("member " + std::to_string(number)));
  mls::NewKeyPackage made =
      must("key package", mls::create_key_package(bench_suite(), params, signature_key, random));
  return {std::move(signature_key), std::move(made.package), std::move(made.secrets)};
}

mls::CreateParams create_params(const Person& person) {
  mls::CreateParams params;
  params.group_id = copy_of(view_of("benchmark"));
  params.credential = person.package.leaf_node.credential();
  params.signature_key = person.signature_key.clone();
  params.capabilities = mls::Capabilities::ours();
  return params;
}

namespace {

// As if this member had committed: new keys on its path, which nobody knows.
void warm_path(mls::RatchetTree& tree, LeafIndex leaf, const Person& person, Random& random) {
  const size_t size = tree.filtered_direct_path(leaf).size();
  const Bytes bytes = random.bytes(32 * size);
  std::vector<BytesView> keys;
  for (size_t i = 0; i < size; ++i) keys.push_back(BytesView(bytes).subspan(32 * i, 32));
  const Digest parent_hash = tree.set_path(leaf, keys);
  mls::LeafContent content = tree.leaf(leaf)->content();
  content.encryption_key = random.bytes(32);
  const Bytes group_id = copy_of(view_of("benchmark"));
  tree.set_leaf(leaf,
                must("leaf", mls::LeafNode::for_commit(bench_suite(), content, parent_hash, {group_id, leaf},
                                                       person.signature_key.private_key.view())));
}

// Who of leaves 2k and 2k+1 warms their path: neither the first nor the last, whose keys are needed.
std::optional<size_t> warmer(size_t pair, size_t members) {
  for (const size_t leaf : {2 * pair + 1, 2 * pair}) {
    if (leaf > 0 && leaf + 1 < members) return leaf;
  }
  return {};
}

struct Made {
  std::vector<Person> people;
  mls::RatchetTree tree;
};

Made make_tree(size_t members, Random& random) {
  Made made{{}, mls::RatchetTree(bench_suite())};
  for (size_t i = 0; i < members; ++i) made.people.push_back(make_person(i, random));
  for (size_t i = 0; i + 1 < members; ++i) made.tree.add(made.people[i].package.leaf_node);
  for (size_t pair = 0; 2 * pair < members; ++pair) {
    const auto leaf = warmer(pair, members);
    if (!leaf) continue;
    warm_path(made.tree, LeafIndex{static_cast<uint32_t>(*leaf)}, made.people[*leaf], random);
  }
  made.tree.add(made.people.back().package.leaf_node);  // an unmerged leaf, until she commits
  return made;
}

// A Welcome that brings both into epoch 7 of the made-up group, signed by the second member.
Bytes make_welcome(const Made& made, mls::RatchetTree& tree, Random& random) {
  const Suite& suite = bench_suite();
  const LeafIndex signer{1};
  mls::GroupInfo info;
  info.group_context.cipher_suite = static_cast<uint16_t>(suite.id());
  info.group_context.group_id = copy_of(view_of("benchmark"));
  info.group_context.epoch = 7;
  info.group_context.tree_hash = copy_of(tree.tree_hash());
  info.group_context.confirmed_transcript_hash = random.bytes(32);
  info.extensions.push_back({mls::ExtensionType::kRatchetTree, tree.encode()});
  const Secret joiner_secret = random.secret(32);
  const mls::EpochStart start =
      mls::derive_epoch(suite, joiner_secret.view(), {}, mls::encoded(info.group_context));
  info.confirmation_tag = copy_of(mls::confirmation_tag(suite, start.secrets.confirmation_key.view(),
                                                        info.group_context.confirmed_transcript_hash));
  info.signer = signer;
  Writer tbs;
  mls::encode_tbs(tbs, info);
  const KeyPair& key = made.people[signer.value].signature_key;
  info.signature =
      must("GroupInfo", suite.sign_with_label(key.private_key.view(), "GroupInfoTBS", tbs.view()));

  mls::Welcome welcome;
  welcome.cipher_suite = info.group_context.cipher_suite;
  const mls::AeadKey aead = mls::welcome_key(suite, start.welcome_secret.view());
  welcome.encrypted_group_info = suite.aead_seal(aead.key.view(), aead.nonce.view(), {}, mls::encoded(info));
  for (const Person* who : {&made.people.front(), &made.people.back()}) {
    const Secret secrets = mls::encode_secret({joiner_secret.clone(), {}, {}});
    welcome.secrets.push_back(
        {copy_of(who->package.ref(suite)),
         must("Welcome", suite.encrypt_with_label(who->package.init_key, "Welcome",
                                                  welcome.encrypted_group_info, secrets.view(), random))});
  }
  return mls::encode_message(welcome);
}

mls::Group join(const Person& who, BytesView welcome) {
  mls::JoinParams params;
  params.welcome = welcome;
  params.key_package = &who.package;
  params.secrets = &who.secrets;
  return must("join of the warm group", mls::Group::join(params)).group;
}

}  // namespace

WarmGroup make_warm_group(size_t members, Random& random) {
  HW_ASSERT(members >= 4);
  Made made = make_tree(members, random);
  const Bytes welcome = make_welcome(made, made.tree, random);
  WarmGroup out{join(made.people.front(), welcome), join(made.people.back(), welcome)};
  const auto warm_by = [&](mls::Group& committer, mls::Group& reader) {
    mls::PendingCommit pending = must("commit", committer.commit({}, random));
    must("process", process(reader, pending.message()));
    must("merge", committer.merge_pending(std::move(pending)));
  };
  warm_by(out.first, out.last);
  warm_by(out.last, out.first);
  return out;
}

Result<> process(mls::Group& group, BytesView message) {
  HW_LET(const mls::Opened opened, group.open(message));
  HW_LET(mls::CommitCandidate candidate, group.check_commit(opened));
  HW_LET(mls::StagedCommit staged, group.complete(std::move(candidate)));
  return group.merge(std::move(staged));
}

}  // namespace homeward::bench

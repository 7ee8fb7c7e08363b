// Key schedule, secret tree, PSKs, transcript hashes, basics.
#include "bench/mls_vectors/checks.h"
#include "mls/framing/protection.h"
#include "mls/framing/welcome.h"
#include "mls/schedule/secret_tree.h"
#include "mls/tree/tree_math.h"

namespace homeward::mls::vectors {

using test::Json;

namespace {

const Suite& suite_for(const Json& item) {
  return *Suite::find(static_cast<SuiteId>(item.number("cipher_suite")));
}

bool same(const Secret& value, const Bytes& expected) { return equal(value.view(), expected); }

// The expected list has null where a node has no such neighbour.
template <class Function>
bool neighbours_fit(const Json& list, Function&& neighbour) {
  for (uint32_t i = 0; i < list.size(); ++i) {
    const Json expected = list[i];
    const std::optional<NodeIndex> answer = neighbour(NodeIndex{i});
    if (expected.is_null() != !answer.has_value()) return false;
    if (answer && answer->value != expected.number()) return false;
  }
  return true;
}

}  // namespace

std::string check_tree_math(const Json& item) {
  const auto leaves = static_cast<uint32_t>(item.number("n_leaves"));
  const uint32_t depth = depth_for(LeafIndex{leaves - 1});
  const NodeIndex root = root_of(depth);
  HW_NEED(node_count(depth) == item.number("n_nodes"));
  HW_NEED(root.value == item.number("root"));
  const auto when = [](bool there, auto&& get) {
    return there ? std::optional<NodeIndex>(get()) : std::nullopt;
  };
  HW_NEED(
      neighbours_fit(item["left"], [&](NodeIndex x) { return when(!is_leaf(x), [&] { return left(x); }); }));
  HW_NEED(neighbours_fit(item["right"],
                         [&](NodeIndex x) { return when(!is_leaf(x), [&] { return right(x); }); }));
  HW_NEED(neighbours_fit(item["parent"],
                         [&](NodeIndex x) { return when(x != root, [&] { return parent(x); }); }));
  HW_NEED(neighbours_fit(item["sibling"],
                         [&](NodeIndex x) { return when(x != root, [&] { return sibling(x); }); }));
  return {};
}

std::string check_deserialization(const Json& item) {
  const Bytes header = item.bytes("vlbytes_header");
  Reader in(header);
  HW_NEED(in.length() == item.number("length"));
  HW_NEED(in.finish().ok());
  return {};
}

std::string check_crypto_basics(const Json& item) {
  const Suite& suite = suite_for(item);
  const Json ref = item["ref_hash"];
  HW_NEED(equal(suite.ref_hash(ref.text("label"), ref.bytes("value")), ref.bytes("out")));
  const Json expand = item["expand_with_label"];
  HW_NEED(same(suite.expand_with_label(expand.bytes("secret"), expand.text("label"), expand.bytes("context"),
                                       expand.number("length")),
               expand.bytes("out")));
  const Json derive = item["derive_secret"];
  HW_NEED(same(suite.derive_secret(derive.bytes("secret"), derive.text("label")), derive.bytes("out")));
  const Json tree = item["derive_tree_secret"];
  HW_NEED(
      same(suite.derive_tree_secret(tree.bytes("secret"), tree.text("label"),
                                    static_cast<uint32_t>(tree.number("generation")), tree.number("length")),
           tree.bytes("out")));
  const Json sign = item["sign_with_label"];
  const auto verifies = [&](const Bytes& signature) {
    return suite.verify_with_label(sign.bytes("pub"), sign.text("label"), sign.bytes("content"), signature)
        .ok();
  };
  HW_NEED(verifies(sign.bytes("signature")));
  const auto signature = suite.sign_with_label(sign.bytes("priv"), sign.text("label"), sign.bytes("content"));
  HW_NEED(signature.ok() && verifies(*signature));
  const Json box = item["encrypt_with_label"];
  const auto opens = [&](const HpkeCiphertext& sealed) {
    const auto opened =
        suite.decrypt_with_label(box.bytes("priv"), box.text("label"), box.bytes("context"), sealed);
    return opened.ok() && same(*opened, box.bytes("plaintext"));
  };
  HW_NEED(opens({box.bytes("kem_output"), box.bytes("ciphertext")}));
  SeededRandom random(1);
  const auto sealed = suite.encrypt_with_label(box.bytes("pub"), box.text("label"), box.bytes("context"),
                                               box.bytes("plaintext"), random);
  HW_NEED(sealed.ok() && opens(*sealed));
  return {};
}

std::string check_key_schedule(const Json& item) {
  const Suite& suite = suite_for(item);
  Bytes init_secret = item.bytes("initial_init_secret");
  uint64_t number = 0;
  for (const Json& epoch : item["epochs"].items()) {
    GroupContext context;
    context.cipher_suite = static_cast<uint16_t>(suite.id());
    context.group_id = item.bytes("group_id");
    context.epoch = number++;
    context.tree_hash = epoch.bytes("tree_hash");
    context.confirmed_transcript_hash = epoch.bytes("confirmed_transcript_hash");
    const Bytes context_bytes = encoded(context);
    HW_NEED(context_bytes == epoch.bytes("group_context"));
    const Secret joiner =
        derive_joiner_secret(suite, init_secret, epoch.bytes("commit_secret"), context_bytes);
    HW_NEED(same(joiner, epoch.bytes("joiner_secret")));
    const Bytes psk_secret = epoch.bytes("psk_secret");
    HW_NEED(same(derive_welcome_secret(suite, joiner.view(), psk_secret), epoch.bytes("welcome_secret")));
    const EpochStart start = derive_epoch(suite, joiner.view(), psk_secret, context_bytes);
    HW_NEED(same(start.welcome_secret, epoch.bytes("welcome_secret")));
    HW_NEED(same(start.encryption_secret, epoch.bytes("encryption_secret")));
    const EpochSecrets& secrets = start.secrets;
    HW_NEED(same(secrets.init_secret, epoch.bytes("init_secret")));
    HW_NEED(same(secrets.sender_data_secret, epoch.bytes("sender_data_secret")));
    HW_NEED(same(secrets.exporter_secret, epoch.bytes("exporter_secret")));
    HW_NEED(same(secrets.epoch_authenticator, epoch.bytes("epoch_authenticator")));
    HW_NEED(same(secrets.external_secret, epoch.bytes("external_secret")));
    HW_NEED(same(secrets.confirmation_key, epoch.bytes("confirmation_key")));
    HW_NEED(same(secrets.membership_key, epoch.bytes("membership_key")));
    HW_NEED(same(secrets.resumption_psk, epoch.bytes("resumption_psk")));
    const auto external = suite.derive_key_pair(secrets.external_secret.view());
    HW_NEED(external.ok() && external->public_key == epoch.bytes("external_pub"));
    const Json exporter = epoch["exporter"];
    HW_NEED(same(export_secret(suite, secrets.exporter_secret.view(), exporter.text("label"),
                               exporter.bytes("context"), exporter.number("length")),
                 exporter.bytes("secret")));
    init_secret = epoch.bytes("init_secret");
  }
  return {};
}

std::string check_psk_secret(const Json& item) {
  const Suite& suite = suite_for(item);
  std::vector<PskInput> inputs;
  for (const Json& psk : item["psks"].items()) {
    PreSharedKeyId id;
    id.psk_id = psk.bytes("psk_id");
    id.psk_nonce = psk.bytes("psk_nonce");
    inputs.push_back({encoded(id), Secret(psk.bytes("psk"))});
  }
  HW_NEED(same(derive_psk_secret(suite, inputs), item.bytes("psk_secret")));
  return {};
}

std::string check_secret_tree(const Json& item) {
  const Suite& suite = suite_for(item);
  const Json sender = item["sender_data"];
  const AeadKey sender_key =
      sender_data_key(suite, sender.bytes("sender_data_secret"), sender.bytes("ciphertext"));
  HW_NEED(same(sender_key.key, sender.bytes("key")));
  HW_NEED(same(sender_key.nonce, sender.bytes("nonce")));
  const std::vector<Json> leaves = item["leaves"].items();
  const uint32_t slots = leaf_slots(depth_for(LeafIndex{static_cast<uint32_t>(leaves.size() - 1)}));
  SecretTree tree(suite, slots, Secret(item.bytes("encryption_secret")));
  const RatchetLimits limits{1'000'000, 0};
  for (uint32_t leaf = 0; leaf < leaves.size(); ++leaf) {
    for (const Json& expected : leaves[leaf].items()) {
      const auto generation = static_cast<uint32_t>(expected.number("generation"));
      for (const RatchetType type : {RatchetType::kHandshake, RatchetType::kApplication}) {
        const std::string prefix = type == RatchetType::kHandshake ? "handshake_" : "application_";
        auto prepared = tree.prepare(LeafIndex{leaf}, type, generation, limits);
        HW_NEED(prepared.ok());
        HW_NEED(same(prepared->key().key, expected.bytes(prefix + "key")));
        HW_NEED(same(prepared->key().nonce, expected.bytes(prefix + "nonce")));
        tree.consume(*std::move(prepared), limits);
        HW_NEED(tree.is_used(LeafIndex{leaf}, type, generation));
        HW_NEED(!tree.prepare(LeafIndex{leaf}, type, generation, limits).ok());
      }
    }
  }
  return {};
}

std::string check_transcript_hashes(const Json& item) {
  const Suite& suite = suite_for(item);
  const Bytes bytes = item.bytes("authenticated_content");
  Reader in(bytes);
  const AuthenticatedContent content = decode_authenticated_content(in);
  HW_NEED(in.finish().ok());
  HW_NEED(content.content.content_type() == ContentType::kCommit);
  const Digest confirmed = confirmed_transcript_hash(
      suite, item.bytes("interim_transcript_hash_before"),
      confirmed_transcript_hash_input(content.wire_format, content.content, content.auth.signature));
  HW_NEED(equal(confirmed, item.bytes("confirmed_transcript_hash_after")));
  HW_NEED(equal(confirmation_tag(suite, item.bytes("confirmation_key"), confirmed),
                content.auth.confirmation_tag));
  HW_NEED(equal(interim_transcript_hash(suite, confirmed, content.auth.confirmation_tag),
                item.bytes("interim_transcript_hash_after")));
  return {};
}

}  // namespace homeward::mls::vectors

// Message protection, the forms of messages, the Welcome.
#include "bench/mls_vectors/checks.h"
#include "mls/framing/protection.h"
#include "mls/framing/welcome.h"
#include "mls/schedule/secret_tree.h"
#include "mls/tree/ratchet_tree.h"

namespace homeward::mls::vectors {

using test::Json;

namespace {

constexpr LeafIndex kSender{1};

struct Protection {
  explicit Protection(const Json& item)
      : suite(*Suite::find(static_cast<SuiteId>(item.number("cipher_suite")))),
        signature_priv(item.bytes("signature_priv")),
        signature_pub(item.bytes("signature_pub")),
        encryption_secret(item.bytes("encryption_secret")),
        sender_data_secret(item.bytes("sender_data_secret")),
        membership_key(item.bytes("membership_key")) {
    context.cipher_suite = static_cast<uint16_t>(suite.id());
    context.group_id = item.bytes("group_id");
    context.epoch = item.number("epoch");
    context.tree_hash = item.bytes("tree_hash");
    context.confirmed_transcript_hash = item.bytes("confirmed_transcript_hash");
    context_bytes = encoded(context);
  }
  const Suite& suite;
  Bytes signature_priv, signature_pub, encryption_secret, sender_data_secret, membership_key;
  GroupContext context;
  Bytes context_bytes;

  SecretTree tree() const { return {suite, 2, Secret(encryption_secret)}; }
  static RatchetType ratchet(ContentType type) {
    return type == ContentType::kApplication ? RatchetType::kApplication : RatchetType::kHandshake;
  }
};

Bytes body_of(const FramedContent& content) {
  if (content.content_type() == ContentType::kApplication) return content.application().data;
  Writer out;
  encode_content_body(out, content);
  return out.take();
}

std::string opens_public(const Protection& at, BytesView bytes, const Bytes& raw) {
  const auto decoded = decode_message(bytes);
  HW_NEED(decoded.ok() && std::holds_alternative<PublicMessage>(*decoded));
  const auto& message = std::get<PublicMessage>(*decoded);
  const AuthenticatedContent content{WireFormat::kPublicMessage, message.content, message.auth};
  HW_NEED(content.content.sender == Sender::member(kSender));
  HW_NEED(
      equal(membership_tag(at.suite, at.membership_key, content, at.context_bytes), message.membership_tag));
  HW_NEED(verify_content(at.suite, at.signature_pub, content, at.context_bytes).ok());
  HW_NEED(body_of(content.content) == raw);
  return {};
}

std::string opens_private(const Protection& at, BytesView bytes, const Bytes& raw) {
  const auto decoded = decode_message(bytes);
  HW_NEED(decoded.ok() && std::holds_alternative<PrivateMessage>(*decoded));
  const auto& message = std::get<PrivateMessage>(*decoded);
  const auto sender = open_sender_data(at.suite, at.sender_data_secret, message);
  HW_NEED(sender.ok() && sender->leaf == kSender);
  const SecretTree tree = at.tree();
  const auto key =
      tree.prepare(sender->leaf, Protection::ratchet(message.content_type), sender->generation, {});
  HW_NEED(key.ok());
  const auto content = open_private_message(at.suite, key->key(), *sender, message);
  HW_NEED(content.ok());
  HW_NEED(verify_content(at.suite, at.signature_pub, *content, at.context_bytes).ok());
  HW_NEED(body_of(content->content) == raw);
  return {};
}

std::string protects(const Protection& at, const Bytes& raw, ContentType type) {
  FramedContent content;
  content.group_id = at.context.group_id;
  content.epoch = at.context.epoch;
  content.sender = Sender::member(kSender);
  content.authenticated_data = {1, 2, 3};
  if (type == ContentType::kApplication) {
    content.body = ApplicationData{raw};
  } else {
    Reader in(raw);
    content.body = decode_content_body(in, type);
    HW_NEED(in.finish().ok());
  }
  const auto sign = [&](WireFormat format) {
    AuthenticatedContent out{format, content, {}};
    out.auth.signature = *sign_content(at.suite, at.signature_priv, format, content, at.context_bytes);
    if (type == ContentType::kCommit) out.auth.confirmation_tag = Bytes(at.suite.hash_size(), 7);
    return out;
  };
  if (type != ContentType::kApplication) {
    const AuthenticatedContent open = sign(WireFormat::kPublicMessage);
    const Digest tag = membership_tag(at.suite, at.membership_key, open, at.context_bytes);
    const std::string why =
        opens_public(at, encode_message(PublicMessage{open.content, open.auth, copy_of(tag)}), raw);
    if (!why.empty()) return why;
  }
  const AuthenticatedContent sealed = sign(WireFormat::kPrivateMessage);
  SecretTree tree = at.tree();
  const auto key = tree.next(kSender, Protection::ratchet(type));
  HW_NEED(key.ok());
  const SenderData sender{kSender, key->generation, {9, 8, 7, 6}};
  const PrivateMessage message =
      seal_private_message(at.suite, at.sender_data_secret, key->key, sender, sealed, 100);
  const Bytes bytes = encode_message(message);
  const PrivateMessageSizes sizes{content.group_id.size(), content.authenticated_data.size(),
                                  content_and_auth_size(sealed)};
  HW_NEED(bytes.size() == private_message_size(at.suite, sizes, 100));
  return opens_private(at, bytes, raw);
}

}  // namespace

std::string check_message_protection(const Json& item) {
  const Protection at(item);
  std::string why;
  for (const std::string name : {"proposal", "commit"}) {
    const Bytes raw = item.bytes(name);
    if (!(why = opens_public(at, item.bytes(name + "_pub"), raw)).empty()) return name + "_pub: " + why;
    if (!(why = opens_private(at, item.bytes(name + "_priv"), raw)).empty()) return name + "_priv: " + why;
    const ContentType type = name == "commit" ? ContentType::kCommit : ContentType::kProposal;
    if (!(why = protects(at, raw, type)).empty()) return name + " again: " + why;
  }
  const Bytes application = item.bytes("application");
  if (!(why = opens_private(at, item.bytes("application_priv"), application)).empty())
    return "application: " + why;
  if (!(why = protects(at, application, ContentType::kApplication)).empty())
    return "application again: " + why;
  return {};
}

namespace {

std::string message_again(const Bytes& bytes) {
  const auto decoded = decode_message(bytes);
  HW_NEED(decoded.ok());
  const Bytes again = std::visit([](const auto& message) { return encode_message(message); }, *decoded);
  HW_NEED(again == bytes);
  return {};
}

std::string proposal_again(const Bytes& bytes, ProposalType type) {
  Reader in(bytes);
  const Proposal proposal = decode_proposal_body(in, type);
  HW_NEED(in.finish().ok());
  Writer out;
  encode_body(out, proposal);
  HW_NEED(equal(out.view(), bytes));
  return {};
}

}  // namespace

std::string check_messages(const Json& item) {
  std::string why;
  for (const std::string name :
       {"mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
        "public_message_proposal", "public_message_commit", "private_message"}) {
    if (!(why = message_again(item.bytes(name))).empty()) return name + ": " + why;
  }
  const std::pair<std::string, ProposalType> proposals[] = {
      {"add_proposal", ProposalType::kAdd},
      {"update_proposal", ProposalType::kUpdate},
      {"remove_proposal", ProposalType::kRemove},
      {"pre_shared_key_proposal", ProposalType::kPreSharedKey},
      {"re_init_proposal", ProposalType::kReInit},
      {"external_init_proposal", ProposalType::kExternalInit},
      {"group_context_extensions_proposal", ProposalType::kGroupContextExtensions}};
  for (const auto& [name, type] : proposals) {
    if (!(why = proposal_again(item.bytes(name), type)).empty()) return name + ": " + why;
  }
  const Bytes commit_bytes = item.bytes("commit");
  Reader in(commit_bytes);
  const Commit commit = decode_commit(in);
  HW_NEED(in.finish().ok());
  HW_NEED(encoded(commit) == commit_bytes);
  const Bytes secrets_bytes = item.bytes("group_secrets");
  const auto secrets = decode_group_secrets(secrets_bytes);
  HW_NEED(secrets.ok());
  HW_NEED(equal(encode_secret(*secrets).view(), secrets_bytes));
  const Bytes tree_bytes = item.bytes("ratchet_tree");
  bool tree_read = false;
  for (const SuiteId id : Suite::built_in()) {
    const auto tree = RatchetTree::decode(*Suite::find(id), tree_bytes);
    tree_read = tree_read || (tree.ok() && tree->encode() == tree_bytes);
  }
  HW_NEED(tree_read);
  return {};
}

std::string check_welcome(const Json& item) {
  const Suite& suite = *Suite::find(static_cast<SuiteId>(item.number("cipher_suite")));
  const auto package_message = decode_message(item.bytes("key_package"));
  const auto welcome_message = decode_message(item.bytes("welcome"));
  HW_NEED(package_message.ok() && welcome_message.ok());
  const auto& package = std::get<KeyPackage>(*package_message);
  const auto& welcome = std::get<Welcome>(*welcome_message);
  const Digest ref = package.ref(suite);
  const auto entry = std::ranges::find_if(
      welcome.secrets, [&](const EncryptedGroupSecrets& e) { return equal(e.new_member, ref); });
  HW_NEED(entry != welcome.secrets.end());
  const auto plaintext = suite.decrypt_with_label(
      item.bytes("init_priv"), "Welcome", welcome.encrypted_group_info, entry->encrypted_group_secrets);
  HW_NEED(plaintext.ok());
  const auto secrets = decode_group_secrets(plaintext->view());
  HW_NEED(secrets.ok());
  const Secret psk_secret = derive_psk_secret(suite, {});
  const AeadKey key = welcome_key(
      suite, derive_welcome_secret(suite, secrets->joiner_secret.view(), psk_secret.view()).view());
  const auto info_bytes = suite.aead_open(key.key.view(), key.nonce.view(), {}, welcome.encrypted_group_info);
  HW_NEED(info_bytes.ok());
  Reader in(info_bytes->view());
  const GroupInfo info = decode_group_info(in);
  HW_NEED(in.finish().ok());
  Writer tbs;
  encode_tbs(tbs, info);
  HW_NEED(suite.verify_with_label(item.bytes("signer_pub"), "GroupInfoTBS", tbs.view(), info.signature).ok());
  const EpochStart start =
      derive_epoch(suite, secrets->joiner_secret.view(), psk_secret.view(), encoded(info.group_context));
  HW_NEED(equal(confirmation_tag(suite, start.secrets.confirmation_key.view(),
                                 info.group_context.confirmed_transcript_hash),
                info.confirmation_tag));
  return {};
}

}  // namespace homeward::mls::vectors

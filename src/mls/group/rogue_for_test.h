// People who break the rules: they have every secret of a member or of a newcomer and send what they like,
// signed and sealed as it should be.
#pragma once

#include "mls/framing/protection.h"
#include "mls/group/group_world_for_test.h"
#include "mls/schedule/key_schedule.h"

namespace homeward::mls::test {

// What a member needs to send anything at all, read from the rows of her saved state.
struct Rogue {
  explicit Rogue(const Group& group)
      : suite(&group.suite()), leaf(group.own_leaf()), leaf_slot_count(group.tree().leaf_slot_count()) {
    Disk rows = rows_of(group);
    Reader identity(rows.at({'i'}));
    identity.u8();
    identity.u16();
    signature_key = copy_of(identity.opaque());
    Reader epoch(rows.at({'e'}));
    context_bytes = copy_of(epoch.opaque());
    epoch.opaque();
    epoch.opaque();
    sender_data_secret = copy_of(epoch.opaque());
    for (int skipped = 0; skipped < 3; ++skipped) epoch.opaque();
    membership_key = copy_of(epoch.opaque());
    Reader context_in(context_bytes);
    context = decode_group_context(context_in);
    HW_ASSERT(context_in.finish().ok());
    const auto root = rows.find({'n', 0, 0, 0, static_cast<uint8_t>(leaf_slot_count - 1)});
    if (root != rows.end()) encryption_secret = root->second;  // nothing was sent or read yet
  }

  FramedContent content_of(std::variant<ApplicationData, Proposal, Commit> body) const {
    FramedContent content;
    content.group_id = context.group_id;
    content.epoch = context.epoch;
    content.sender = sender.value_or(Sender::member(leaf));
    content.body = std::move(body);
    return content;
  }
  PublicMessage make(std::variant<ApplicationData, Proposal, Commit> body) const {
    PublicMessage message;
    message.content = content_of(std::move(body));
    message.auth.signature =
        *sign_content(*suite, signature_key, WireFormat::kPublicMessage, message.content, context_bytes);
    if (message.content.content_type() == ContentType::kCommit) message.auth.confirmation_tag = Bytes(32);
    const AuthenticatedContent content{WireFormat::kPublicMessage, message.content, message.auth};
    if (message.content.sender.type == SenderType::kMember) {
      message.membership_tag = copy_of(membership_tag(*suite, membership_key, content, context_bytes));
    }
    return message;
  }
  Bytes send(std::variant<ApplicationData, Proposal, Commit> body) const {
    return encode_message(make(std::move(body)));
  }

  // A PrivateMessage of hers with this plaintext (content, auth and padding), in an epoch in which nothing
  // was sent.
  Bytes seal(ContentType type, BytesView plaintext) const {
    SecretTree secrets(*suite, leaf_slot_count, Secret(encryption_secret));
    const RatchetType ratchet =
        type == ContentType::kApplication ? RatchetType::kApplication : RatchetType::kHandshake;
    const SecretTree::Next next = *secrets.next(leaf, ratchet);
    PrivateMessage message;
    message.group_id = context.group_id;
    message.epoch = context.epoch;
    message.content_type = type;
    Writer aad;
    aad.opaque(message.group_id).u64(message.epoch).u8(static_cast<uint8_t>(type));
    const Bytes sender_aad = copy_of(aad.view());
    aad.opaque({});
    message.ciphertext = suite->aead_seal(next.key.key.view(), next.key.nonce.view(), aad.view(), plaintext);
    seal_sender_data(message, sender_aad);
    return encode_message(message);
  }
  void seal_sender_data(PrivateMessage& message, BytesView aad) const {
    Writer data;
    data.u32(sender_data_leaf.value_or(leaf).value).u32(0).u32(0);  // the reuse guard is zero
    if (longer_sender_data) data.u8(0);
    const AeadKey key = sender_data_key(*suite, sender_data_secret, message.ciphertext);
    message.encrypted_sender_data = suite->aead_seal(key.key.view(), key.nonce.view(), aad, data.view());
  }

  const Suite* suite;
  LeafIndex leaf;
  std::optional<Sender> sender;  // another than herself
  Bytes signature_key, membership_key, sender_data_secret, encryption_secret, context_bytes;
  GroupContext context;
  uint32_t leaf_slot_count;
  std::optional<LeafIndex> sender_data_leaf;
  bool longer_sender_data = false;
};

// A Welcome taken apart by whom it is for, and put together again with whatever was changed: by somebody who
// knows the epoch and the signer's key.
class Forgery {
 public:
  Forgery(const Suite& suite, BytesView welcome_message, const Newcomer& who, BytesView signature_key)
      : suite_(suite), who_(who), signature_key_(copy_of(signature_key)) {
    const MlsMessage decoded = *decode_message(welcome_message);
    welcome = std::get<Welcome>(decoded);
    const Digest ref = who.made.package.ref(suite);
    for (const EncryptedGroupSecrets& item : welcome.secrets) {
      if (!equal(item.new_member, ref)) continue;
      secrets = *decode_group_secrets(suite
                                          .decrypt_with_label(who.made.secrets.init_key.view(), "Welcome",
                                                              welcome.encrypted_group_info,
                                                              item.encrypted_group_secrets)
                                          ->view());
    }
    const AeadKey key = info_key();
    const Secret plaintext =
        *suite.aead_open(key.key.view(), key.nonce.view(), {}, welcome.encrypted_group_info);
    Reader in(plaintext.view());
    info = decode_group_info(in);
    HW_ASSERT(in.finish().ok());
    tree_bytes = find_extension(info.extensions, ExtensionType::kRatchetTree)->data;
  }

  RatchetTree tree() const { return *RatchetTree::decode(suite_, tree_bytes); }
  // Another tree, with its hash in the context.
  void set_tree(RatchetTree tree) {
    tree_bytes = tree.encode();
    info.group_context.tree_hash = copy_of(tree.tree_hash());
  }

  // All of it consistent again, but for what `then` changes last, before it is signed.
  Bytes message(const std::function<void(GroupInfo&)>& then = {}) {
    Random& random = random_;
    GroupInfo sent = info;
    for (Extension& extension : sent.extensions) {
      if (extension.type == ExtensionType::kRatchetTree) extension.data = tree_bytes;
    }
    const Secret psk_secret = psk_secret_of();
    const EpochStart start =
        derive_epoch(suite_, secrets.joiner_secret.view(), psk_secret.view(), encoded(sent.group_context));
    sent.confirmation_tag = copy_of(confirmation_tag(suite_, start.secrets.confirmation_key.view(),
                                                     sent.group_context.confirmed_transcript_hash));
    if (then) then(sent);
    Writer tbs;
    encode_tbs(tbs, sent);
    sent.signature = *suite_.sign_with_label(signature_key_, "GroupInfoTBS", tbs.view());
    if (unsigned_change) unsigned_change(sent);
    Bytes plaintext = encoded(sent);
    if (trailing_byte) plaintext.push_back(0);
    const AeadKey key = info_key();
    welcome.encrypted_group_info = suite_.aead_seal(key.key.view(), key.nonce.view(), {}, plaintext);
    const Secret group_secrets = encode_secret(secrets);
    if (corrupt_info) welcome.encrypted_group_info.back() ^= 1;
    const HpkeCiphertext sealed =
        *suite_.encrypt_with_label(who_.made.package.init_key, "Welcome", welcome.encrypted_group_info,
                                   unreadable_secrets ? view_of("?") : group_secrets.view(), random);
    welcome.secrets = {{copy_of(who_.made.package.ref(suite_)), sealed}};
    return encode_message(welcome);
  }

  Welcome welcome;
  GroupSecrets secrets;
  GroupInfo info;
  Bytes tree_bytes;
  PskLookup psks;
  std::function<void(GroupInfo&)> unsigned_change;
  bool trailing_byte = false;
  bool corrupt_info = false;
  bool unreadable_secrets = false;

 private:
  Secret psk_secret_of() const {
    std::vector<PskInput> inputs;
    for (const PreSharedKeyId& id : secrets.psks) inputs.push_back({encoded(id), *psks(id)});
    return derive_psk_secret(suite_, inputs);
  }
  AeadKey info_key() const {
    const Secret secret = derive_welcome_secret(suite_, secrets.joiner_secret.view(), psk_secret_of().view());
    return welcome_key(suite_, secret.view());
  }

  const Suite& suite_;
  const Newcomer& who_;
  Bytes signature_key_;
  SeededRandom random_{77};
};

}  // namespace homeward::mls::test

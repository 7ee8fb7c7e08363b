#include "mls/framing/proposals.h"

namespace homeward::mls {

Result<std::vector<ExternalSender>> decode_external_senders(BytesView extension_data) {
  Reader in(extension_data);
  Reader list = in.vector();
  std::vector<ExternalSender> out;
  while (!list.empty()) {
    ExternalSender sender;
    sender.signature_key = copy_of(list.opaque());
    sender.credential = decode_credential(list);
    out.push_back(std::move(sender));
  }
  if (!in.finish().ok() || !list.finish().ok()) return Error(MlsError::kMalformed, "external_senders");
  return out;
}

Bytes encode_external_senders(const std::vector<ExternalSender>& senders) {
  Writer out;
  out.vector([&](Writer& list) {
    for (const ExternalSender& sender : senders) {
      list.opaque(sender.signature_key);
      encode(list, sender.credential);
    }
  });
  return out.take();
}

void encode(Writer& out, const PreSharedKeyId& id) {
  out.u8(static_cast<uint8_t>(id.type));
  if (id.type == PskType::kExternal) {
    out.opaque(id.psk_id);
  } else {
    out.u8(static_cast<uint8_t>(id.usage)).opaque(id.psk_group_id).u64(id.psk_epoch);
  }
  out.opaque(id.psk_nonce);
}

PreSharedKeyId decode_psk_id(Reader& in) {
  PreSharedKeyId id;
  const uint8_t type = in.u8();
  id.type = static_cast<PskType>(type);
  if (id.type == PskType::kExternal) {
    id.psk_id = copy_of(in.opaque());
  } else if (id.type == PskType::kResumption) {
    const uint8_t usage = in.u8();
    if (usage < 1 || usage > 3) in.fail(CodecError::kMalformed);
    id.usage = static_cast<ResumptionUsage>(usage);
    id.psk_group_id = copy_of(in.opaque());
    id.psk_epoch = in.u64();
  } else {
    in.fail(CodecError::kMalformed);
  }
  id.psk_nonce = copy_of(in.opaque());
  return id;
}

namespace {

struct BodyWriter {
  Writer& out;
  void operator()(const Add& add) const { encode(out, add.key_package); }
  void operator()(const Update& update) const { encode(out, update.leaf_node); }
  void operator()(const Remove& remove) const { out.u32(remove.removed.value); }
  void operator()(const PreSharedKey& psk) const { encode(out, psk.psk); }
  void operator()(const ReInit& reinit) const {
    out.opaque(reinit.group_id).u16(reinit.version).u16(reinit.cipher_suite);
    encode(out, reinit.extensions);
  }
  void operator()(const ExternalInit& init) const { out.opaque(init.kem_output); }
  void operator()(const GroupContextExtensions& gce) const { encode(out, gce.extensions); }
};

}  // namespace

void encode_body(Writer& out, const Proposal& proposal) { std::visit(BodyWriter{out}, proposal); }

void encode(Writer& out, const Proposal& proposal) {
  out.u16(static_cast<uint16_t>(type_of(proposal)));
  encode_body(out, proposal);
}

Proposal decode_proposal_body(Reader& in, ProposalType type) {
  switch (type) {
    case ProposalType::kAdd:
      return Add{decode_key_package(in)};
    case ProposalType::kUpdate:
      return Update{decode_leaf_node(in)};
    case ProposalType::kRemove:
      return Remove{LeafIndex{in.u32()}};
    case ProposalType::kPreSharedKey:
      return PreSharedKey{decode_psk_id(in)};
    case ProposalType::kReInit: {
      ReInit reinit;
      reinit.group_id = copy_of(in.opaque());
      reinit.version = in.u16();
      reinit.cipher_suite = in.u16();
      reinit.extensions = decode_extensions(in);
      return reinit;
    }
    case ProposalType::kExternalInit:
      return ExternalInit{copy_of(in.opaque())};
    case ProposalType::kGroupContextExtensions:
      return GroupContextExtensions{decode_extensions(in)};
  }
  // [12.2/unknown-type] "an unsupported value in one these fields (including a GREASE value) will cause the
  // enclosing message to be rejected" (section 13.5).
  in.fail(CodecError::kMalformed);
  return Remove{};
}

Proposal decode_proposal(Reader& in) { return decode_proposal_body(in, static_cast<ProposalType>(in.u16())); }

}  // namespace homeward::mls

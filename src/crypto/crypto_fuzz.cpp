// Keys, encapsulations, ciphertexts and signatures from outside, for every suite. The first byte chooses
// suite and door; what is accepted must also be what the other functions accept.
#include "crypto/crypto.h"

namespace homeward {
namespace {

struct Keys {
  KeyPair hpke;
  KeyPair signature;
};

Keys keys_of(const Suite& suite) {
  SeededRandom random(7);
  return {suite.generate_hpke_key_pair(random), suite.generate_signature_key_pair(random)};
}

void try_doors(const Suite& suite, uint8_t door, BytesView in) {
  static const Keys keys[] = {keys_of(*Suite::find(Suite::built_in()[0])),
                              keys_of(*Suite::find(Suite::built_in()[1])),
                              keys_of(*Suite::find(Suite::built_in()[2]))};
  const size_t index =
      static_cast<size_t>(std::ranges::find(Suite::built_in(), suite.id()) - Suite::built_in().begin());
  const Keys& mine = keys[index];
  switch (door) {
    case 0: {
      SeededRandom random(8);
      const bool sealed = suite.hpke_seal(in, {}, {}, view_of("text"), random).ok();
      // Sealing may refuse more than the check does (points of small order), never less.
      HW_ASSERT(!sealed || suite.check_hpke_public_key(in).ok());
      break;
    }
    case 1: {
      const size_t split = std::min(in.size(), suite.kem_output_size());
      const HpkeCiphertext sealed = {copy_of(in.first(split)), copy_of(in.subspan(split))};
      const Result<Secret> opened =
          suite.hpke_open(mine.hpke.private_key.view(), sealed, view_of("info"), {});
      HW_ASSERT(!opened.ok() || opened->size() + suite.tag_size() == sealed.ciphertext.size());
      break;
    }
    case 2:
      (void)suite.verify(mine.signature.public_key, view_of("content"), in);
      break;
    case 3:
      (void)suite.verify(in, view_of("content"), Bytes(64, 1));
      break;
    case 4: {
      const Result<Bytes> signature = suite.sign(in, view_of("content"));
      HW_ASSERT(!signature.ok() || in.size() == 32 || in.size() == 64);
      break;
    }
    case 5:
      (void)box_open(Bytes(32, 9), view_of("aad"), in);
      break;
    default:
      break;
  }
}

}  // namespace
}  // namespace homeward

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace homeward;
  if (size == 0) return 0;
  const SuiteId id = Suite::built_in()[data[0] % Suite::built_in().size()];
  try_doors(*Suite::find(id), data[0] / 8 % 6, {data + 1, size - 1});
  return 0;
}

#include "crypto/crypto.h"
#include "crypto/secret_stream.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "base/text.h"
#include "tests/support/json.h"

namespace homeward {
namespace {

Bytes hex(std::string_view text) { return from_hex(text).value(); }

// Gives the same bytes again and again: the ephemeral key of a vector is drawn from them.
class FixedRandom final : public Random {
 public:
  explicit FixedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(MutableBytes out) override {
    ASSERT_EQ(out.size(), bytes_.size());
    std::ranges::copy(bytes_, out.begin());
  }

 private:
  Bytes bytes_;
};

std::vector<const Suite*> suites() {
  std::vector<const Suite*> out;
  for (const SuiteId id : Suite::built_in()) out.push_back(Suite::find(id));
  return out;
}

TEST(Suite, TableNamesItsSizes) {
  ASSERT_EQ(Suite::built_in().size(), 3U);
  const Suite& first = *Suite::find(SuiteId::kX25519Aes128Sha256Ed25519);
  EXPECT_EQ(first.key_size(), 16U);
  EXPECT_EQ(first.kem_output_size(), 32U);
  const Suite& second = *Suite::find(SuiteId::kP256Aes128Sha256P256);
  EXPECT_EQ(second.kem_output_size(), 65U);
  const Suite& third = *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  EXPECT_EQ(third.key_size(), 32U);
  for (const Suite* suite : suites()) {
    EXPECT_EQ(suite->hash_size(), 32U);
    EXPECT_EQ(suite->nonce_size(), 12U);
    EXPECT_EQ(suite->tag_size(), 16U);
  }
  EXPECT_EQ(Suite::find(SuiteId{7}), nullptr);
}

TEST(Hash, Fips180AndRfc4231) {
  EXPECT_EQ(to_hex(sha256(view_of("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256({view_of("a"), {}, view_of("bc")}), sha256(view_of("abc")));
  const Suite& suite = *suites()[0];
  EXPECT_TRUE(equal(suite.hash(view_of("abc")), sha256(view_of("abc"))));
  // RFC 4231, test cases 2 and 6 (a key longer than a block).
  EXPECT_EQ(to_hex(suite.hmac(view_of("Jefe"), view_of("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(
      to_hex(suite.hmac(Bytes(131, 0xaa), view_of("Test Using Larger Than Block-Size Key - Hash Key First"))),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hkdf, Rfc5869) {
  struct Case {
    Bytes ikm, salt, info;
    size_t size;
    std::string prk, okm;
  };
  const auto count = [](uint8_t from, uint8_t until) {
    Bytes out;
    for (int i = from; i <= until; ++i) out.push_back(static_cast<uint8_t>(i));
    return out;
  };
  const Case cases[] = {
      {Bytes(22, 0x0b), count(0x00, 0x0c), count(0xf0, 0xf9), 42,
       "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {count(0x00, 0x4f), count(0x60, 0xaf), count(0xb0, 0xff), 82,
       "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da327"
       "5600c2f09b8"
       "367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
      {Bytes(22, 0x0b),
       {},
       {},
       42,
       "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };
  for (const Case& c : cases) {
    const Suite& suite = *suites()[0];
    const Secret prk = suite.hkdf_extract(c.salt, c.ikm);
    EXPECT_EQ(to_hex(prk.view()), c.prk);
    EXPECT_EQ(to_hex(suite.hkdf_expand(prk.view(), c.info, c.size).view()), c.okm);
  }
}

TEST(Signature, Rfc8032Test2) {
  const Suite& suite = *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  const Bytes seed = hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
  const Bytes public_key = hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
  const Bytes message = {0x72};
  const Result<Bytes> signature = suite.sign(seed, message);
  ASSERT_TRUE(signature.ok());
  EXPECT_EQ(to_hex(*signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            "387b2eaeb4302aee"
            "b00d291612bb0c00");
  EXPECT_TRUE(suite.verify(public_key, message, *signature).ok());

  // The same key with its public half after it.
  Bytes both = seed;
  append(both, public_key);
  EXPECT_EQ(*suite.sign(both, message), *signature);
  EXPECT_FALSE(suite.sign(BytesView(both).first(48), message).ok());
}

TEST(Signature, RefusesWhatWasNotSigned) {
  SeededRandom random(1);
  for (const Suite* suite : suites()) {
    const KeyPair pair = suite->generate_signature_key_pair(random);
    const KeyPair other = suite->generate_signature_key_pair(random);
    const Bytes signature = *suite->sign_with_label(pair.private_key.view(), "L", view_of("content"));
    EXPECT_TRUE(suite->verify_with_label(pair.public_key, "L", view_of("content"), signature).ok());
    const auto refused = [&](BytesView key, std::string_view label, std::string_view content,
                             BytesView with) {
      return suite->verify_with_label(key, label, view_of(content), with)
          .error()
          .is(CryptoError::kBadSignature);
    };
    EXPECT_TRUE(refused(pair.public_key, "M", "content", signature));
    EXPECT_TRUE(refused(pair.public_key, "L", "contenu", signature));
    EXPECT_TRUE(refused(other.public_key, "L", "content", signature));
    EXPECT_TRUE(refused(pair.public_key, "L", "content", {}));
    EXPECT_TRUE(refused(pair.public_key, "L", "content", Bytes(500, 1)));
    Bytes longer = signature;
    longer.push_back(0);
    EXPECT_TRUE(refused(pair.public_key, "L", "content", longer));
    for (size_t i = 0; i < signature.size(); ++i) {
      Bytes bent = signature;
      bent[i] ^= 1;
      EXPECT_TRUE(refused(pair.public_key, "L", "content", bent)) << i;
    }
    EXPECT_TRUE(suite->verify(Bytes(7), {}, signature).error().is(CryptoError::kBadKey));
    EXPECT_TRUE(suite->sign(Bytes(7), {}).error().is(CryptoError::kBadKey));
  }
}

// RFC 9180, A.1.1, A.2.1 and A.3.1: base mode, sequence number 0, the export of "TestContext".
struct HpkeVector {
  SuiteId suite;
  std::string_view ikm_e, ikm_r, sk_r, pk_r, enc, ciphertext, exported;
};

const HpkeVector kHpkeVectors[] = {
    {SuiteId::kX25519Aes128Sha256Ed25519, "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
     "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
     "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
     "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
     "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
     "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
     "e9e43065102c3836401bed8c3c3c75ae46be1639869391d62c61f1ec7af54931"},
    {SuiteId::kX25519ChaChaSha256Ed25519, "909a9b35d3dc4713a5e72a4da274b55d3d3821a37e5d099e74a647db583a904b",
     "1ac01f181fdf9f352797655161c58b75c656a6cc2716dcb66372da835542e1df",
     "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
     "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
     "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
     "1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28",
     "5acb09211139c43b3090489a9da433e8a30ee7188ba8b0a9a1ccf0c229283e53"},
    {SuiteId::kP256Aes128Sha256P256, "4270e54ffd08d79d5928020af4686d8f6b7d35dbe470265f1f5aa22816ce860e",
     "668b37171f1072f3cf12ea8a236a45df23fc13b82af3609ad1e354f6ef817550",
     "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
     "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8"
     "f80e30f1d12"
     "8aafd68a2ce72ea0",
     "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c4"
     "03ce65c9bfc"
     "b9382657222d18c4",
     "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
     "d8f1ea7942adbba7412c6d431c62d01371ea476b823eb697e1f6e6cae1dab85a"},
};

TEST(Hpke, Rfc9180) {
  const Bytes info = hex("4f6465206f6e2061204772656369616e2055726e");
  const Bytes aad = hex("436f756e742d30");
  const Bytes plaintext = hex("4265617574792069732074727574682c20747275746820626561757479");
  for (const HpkeVector& vector : kHpkeVectors) {
    const Suite& suite = *Suite::find(vector.suite);
    const Result<KeyPair> receiver = suite.derive_key_pair(hex(vector.ikm_r));
    ASSERT_TRUE(receiver.ok());
    EXPECT_EQ(to_hex(receiver->private_key.view()), vector.sk_r);
    EXPECT_EQ(to_hex(receiver->public_key), vector.pk_r);
    FixedRandom random(hex(vector.ikm_e));
    const Result<HpkeCiphertext> sealed = suite.hpke_seal(receiver->public_key, info, aad, plaintext, random);
    ASSERT_TRUE(sealed.ok());
    EXPECT_EQ(to_hex(sealed->kem_output), vector.enc);
    EXPECT_EQ(to_hex(sealed->ciphertext), vector.ciphertext);
    const Result<Secret> opened = suite.hpke_open(receiver->private_key.view(), *sealed, info, aad);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(equal(opened->view(), plaintext));
    const auto with_key = [&](BytesView public_key) {
      return suite.hpke_open(receiver->private_key.view(), *sealed, info, aad, public_key);
    };
    ASSERT_TRUE(with_key(receiver->public_key).ok());
    EXPECT_TRUE(equal(with_key(receiver->public_key)->view(), plaintext));
    EXPECT_TRUE(with_key(sealed->kem_output).error().is(CryptoError::kOpenFailed));
    EXPECT_TRUE(with_key(Bytes(3)).error().is(CryptoError::kBadKey));
    const auto sent = suite.hpke_export_send(receiver->public_key, "TestContext", 32, random, info);
    ASSERT_TRUE(sent.ok());
    EXPECT_EQ(to_hex(sent->init_secret.view()), vector.exported);
    const auto received =
        suite.hpke_export_receive(receiver->private_key.view(), sent->kem_output, "TestContext", 32, info);
    ASSERT_TRUE(received.ok());
    EXPECT_EQ(*received, sent->init_secret);
  }
}

TEST(Hpke, RefusesBadKeysAndBentCiphertexts) {
  SeededRandom random(2);
  for (const Suite* suite : suites()) {
    const KeyPair receiver = suite->generate_hpke_key_pair(random);
    const KeyPair other = suite->generate_hpke_key_pair(random);
    EXPECT_TRUE(suite->check_hpke_public_key(receiver.public_key).ok());
    const HpkeCiphertext sealed =
        *suite->encrypt_with_label(receiver.public_key, "L", view_of("context"), view_of("text"), random);
    const auto open = [&](const KeyPair& with, std::string_view label, const HpkeCiphertext& what) {
      return suite->decrypt_with_label(with.private_key.view(), label, view_of("context"), what);
    };
    EXPECT_EQ(text_of(open(receiver, "L", sealed)->view()), "text");
    EXPECT_TRUE(open(other, "L", sealed).error().is(CryptoError::kOpenFailed));
    EXPECT_TRUE(open(receiver, "M", sealed).error().is(CryptoError::kOpenFailed));
    HpkeCiphertext bent = sealed;
    bent.ciphertext[0] ^= 1;
    EXPECT_TRUE(open(receiver, "L", bent).error().is(CryptoError::kOpenFailed));
    bent = sealed;
    bent.ciphertext.resize(15);
    EXPECT_TRUE(open(receiver, "L", bent).error().is(CryptoError::kOpenFailed));
    bent = sealed;
    bent.kem_output.pop_back();
    EXPECT_TRUE(open(receiver, "L", bent).error().is(CryptoError::kBadKey));
    // RFC 9180, section 7.1.4: an X25519 point of small order; on P-256 a string that is no point.
    bent = sealed;
    std::ranges::fill(bent.kem_output, uint8_t{0});
    EXPECT_TRUE(open(receiver, "L", bent).error().is(CryptoError::kBadKey));
    EXPECT_TRUE(suite->hpke_seal(bent.kem_output, {}, {}, {}, random).error().is(CryptoError::kBadKey));
    EXPECT_TRUE(suite->check_hpke_public_key(Bytes(3)).error().is(CryptoError::kBadKey));
    EXPECT_TRUE(suite->hpke_open(Bytes(3), sealed, {}, {}).error().is(CryptoError::kBadKey));
  }
}

TEST(Hpke, RefusesPointsOffTheCurveAndScalarsOutOfRange) {
  SeededRandom random(3);
  const Suite& suite = *Suite::find(SuiteId::kP256Aes128Sha256P256);
  KeyPair pair = suite.generate_hpke_key_pair(random);
  const HpkeCiphertext sealed = *suite.hpke_seal(pair.public_key, {}, {}, {}, random);
  pair.public_key.back() ^= 1;
  EXPECT_TRUE(suite.check_hpke_public_key(pair.public_key).error().is(CryptoError::kBadKey));
  EXPECT_TRUE(suite.hpke_seal(pair.public_key, {}, {}, {}, random).error().is(CryptoError::kBadKey));
  for (const uint8_t fill : {0x00, 0xff}) {
    EXPECT_TRUE(suite.hpke_open(Bytes(32, fill), sealed, {}, {}).error().is(CryptoError::kBadKey));
    EXPECT_TRUE(suite.sign(Bytes(32, fill), {}).error().is(CryptoError::kBadKey));
  }
}

TEST(Aead, OpensOnlyWhatWasSealed) {
  SeededRandom random(4);
  for (const Suite* suite : suites()) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{15}, size_t{16}, size_t{1000}}) {
      const Bytes key = random.bytes(suite->key_size());
      const Bytes nonce = random.bytes(suite->nonce_size());
      const Bytes text = random.bytes(size);
      Bytes sealed = suite->aead_seal(key, nonce, view_of("aad"), text);
      ASSERT_EQ(sealed.size(), size + 16);
      EXPECT_TRUE(equal(suite->aead_open(key, nonce, view_of("aad"), sealed)->view(), text));
      EXPECT_TRUE(suite->aead_open(key, nonce, view_of("AAD"), sealed).error().is(CryptoError::kOpenFailed));
      EXPECT_TRUE(suite->aead_open(key, nonce, {}, sealed).error().is(CryptoError::kOpenFailed));
      sealed[size / 2] ^= 0x80;
      EXPECT_TRUE(suite->aead_open(key, nonce, view_of("aad"), sealed).error().is(CryptoError::kOpenFailed));
      EXPECT_TRUE(suite->aead_open(key, nonce, {}, Bytes(15)).error().is(CryptoError::kOpenFailed));
    }
  }
}

TEST(Box, OpensOnlyWhatWasSealed) {
  SeededRandom random(5);
  const Bytes key = random.bytes(32);
  Bytes box = box_seal(key, view_of("aad"), view_of("plain"), random);
  ASSERT_EQ(box.size(), 5 + kBoxOverhead);
  EXPECT_NE(box_seal(key, view_of("aad"), view_of("plain"), random), box);
  EXPECT_EQ(text_of(box_open(key, view_of("aad"), box)->view()), "plain");
  EXPECT_TRUE(box_open(key, {}, box).error().is(CryptoError::kOpenFailed));
  EXPECT_TRUE(box_open(random.bytes(32), view_of("aad"), box).error().is(CryptoError::kOpenFailed));
  for (size_t i = 0; i < box.size(); ++i) {
    box[i] ^= 1;
    EXPECT_TRUE(box_open(key, view_of("aad"), box).error().is(CryptoError::kOpenFailed)) << i;
    box[i] ^= 1;
  }
  EXPECT_TRUE(box_open(key, view_of("aad"), BytesView(box).first(39)).error().is(CryptoError::kOpenFailed));
}

TEST(Passphrase, HashDependsOnEverythingAndCostIsChecked) {
  const PassphraseCost cheap{.memory_bytes = 64 << 10, .passes = 1};
  const Bytes salt(16, 7);
  const auto hashed = [&](std::string_view passphrase, BytesView with, PassphraseCost cost) {
    return to_hex(hash_passphrase(view_of(passphrase), with, cost, 32)->view());
  };
  const std::string first = hashed("correct horse", salt, cheap);
  EXPECT_EQ(hashed("correct horse", salt, cheap), first);
  EXPECT_NE(hashed("correct horsf", salt, cheap), first);
  EXPECT_NE(hashed("", salt, cheap), first);
  EXPECT_NE(hashed("correct horse", Bytes(16, 8), cheap), first);
  EXPECT_NE(hashed("correct horse", salt, {.memory_bytes = 64 << 10, .passes = 2}), first);
  EXPECT_NE(hashed("correct horse", salt, {.memory_bytes = 128 << 10, .passes = 1}), first);
  const auto refused = [&](BytesView with, PassphraseCost cost) {
    return hash_passphrase({}, with, cost, 32).error().is(CryptoError::kBadKey);
  };
  EXPECT_TRUE(refused(Bytes(15), cheap));
  EXPECT_TRUE(refused(salt, {.memory_bytes = 1, .passes = 1}));
  EXPECT_TRUE(refused(salt, {.memory_bytes = 64 << 10, .passes = 0}));
  EXPECT_TRUE(refused(salt, {.memory_bytes = ~0ULL, .passes = 1}));
}

TEST(MlsVectors, CryptoBasics) {
  HW_MLS_VECTORS(vectors, "crypto-basics.json");
  SeededRandom random(6);
  size_t checked = 0;
  for (const test::Json& vector : vectors.items()) {
    const Suite* suite = Suite::find(SuiteId{static_cast<uint16_t>(vector.number("cipher_suite"))});
    if (suite == nullptr) {
      std::printf("suite %d is not built in: skipped\n", static_cast<int>(vector.number("cipher_suite")));
      continue;
    }
    ++checked;
    const test::Json ref = vector["ref_hash"];
    EXPECT_TRUE(equal(suite->ref_hash(ref.text("label"), ref.bytes("value")), ref.bytes("out")));
    const test::Json expand = vector["expand_with_label"];
    EXPECT_TRUE(equal(suite
                          ->expand_with_label(expand.bytes("secret"), expand.text("label"),
                                              expand.bytes("context"), expand.number("length"))
                          .view(),
                      expand.bytes("out")));
    const test::Json derive = vector["derive_secret"];
    EXPECT_TRUE(equal(suite->derive_secret(derive.bytes("secret"), derive.text("label")).view(),
                      derive.bytes("out")));
    const test::Json tree = vector["derive_tree_secret"];
    EXPECT_TRUE(equal(
        suite
            ->derive_tree_secret(tree.bytes("secret"), tree.text("label"),
                                 static_cast<uint32_t>(tree.number("generation")), tree.number("length"))
            .view(),
        tree.bytes("out")));
    const test::Json sign = vector["sign_with_label"];
    const Bytes content = sign.bytes("content");
    EXPECT_TRUE(
        suite->verify_with_label(sign.bytes("pub"), sign.text("label"), content, sign.bytes("signature"))
            .ok());
    const Result<Bytes> mine = suite->sign_with_label(sign.bytes("priv"), sign.text("label"), content);
    ASSERT_TRUE(mine.ok());
    EXPECT_TRUE(suite->verify_with_label(sign.bytes("pub"), sign.text("label"), content, *mine).ok());
    const test::Json encrypt = vector["encrypt_with_label"];
    const HpkeCiphertext theirs = {encrypt.bytes("kem_output"), encrypt.bytes("ciphertext")};
    const auto open = [&](const HpkeCiphertext& sealed) {
      return suite->decrypt_with_label(encrypt.bytes("priv"), encrypt.text("label"), encrypt.bytes("context"),
                                       sealed);
    };
    const Bytes plaintext = encrypt.bytes("plaintext");
    const Result<Secret> opened = open(theirs);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(equal(opened->view(), plaintext));
    const Result<HpkeCiphertext> sealed = suite->encrypt_with_label(
        encrypt.bytes("pub"), encrypt.text("label"), encrypt.bytes("context"), plaintext, random);
    ASSERT_TRUE(sealed.ok());
    EXPECT_TRUE(equal(open(*sealed)->view(), plaintext));
  }
  EXPECT_EQ(checked, Suite::built_in().size());
}

// Two libraries share the work by the length of the text, and nobody can tell.
TEST(Aead, LongAndShortTextsAreSealedAlike) {
  const Suite& suite = *Suite::find(SuiteId::kX25519ChaChaSha256Ed25519);
  SeededRandom random(5);
  const Bytes key = random.bytes(32);
  const Bytes nonce = random.bytes(12);
  const Bytes aad = random.bytes(40);
  for (const size_t size : {0u, 1u, 4079u, 4080u, 4095u, 4096u, 4097u, 100000u}) {
    const Bytes text = random.bytes(size);
    Bytes expected(size + 16);
    crypto_aead_chacha20poly1305_ietf_encrypt(expected.data(), nullptr, text.data(), size, aad.data(),
                                              aad.size(), nullptr, nonce.data(), key.data());
    EXPECT_EQ(suite.aead_seal(key, nonce, aad, text), expected);
    const auto opened = suite.aead_open(key, nonce, aad, expected);
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(equal(opened->view(), text));
    expected.back() ^= 1;
    EXPECT_FALSE(suite.aead_open(key, nonce, aad, expected).ok());
    expected.back() ^= 1;
    EXPECT_FALSE(suite.aead_open(key, nonce, Bytes(40), expected).ok());
  }
}

TEST(SecretStream, PiecesComeBackInTheirOrderAndToTheirEnd) {
  SeededRandom random(8);
  const Bytes key = random.bytes(SecretStream::kKeyBytes);
  const Bytes header = random.bytes(SecretStream::kHeaderBytes);
  const std::vector<Bytes> pieces{random.bytes(1000), random.bytes(1), {}, random.bytes(65'519)};
  SecretStream sealing(key, header);
  std::vector<Bytes> sealed;
  std::vector<Secret> places;
  for (size_t i = 0; i < pieces.size(); ++i) {
    places.push_back(sealing.save());
    sealed.push_back(sealing.seal(pieces[i], i + 1 == pieces.size()));
    EXPECT_EQ(sealed[i].size(), pieces[i].size() + SecretStream::kOverhead);
  }
  SecretStream opening(key, header);
  for (size_t i = 0; i < pieces.size(); ++i) {
    // Taken up again from any place, sealing gives the same.
    EXPECT_EQ(SecretStream::restored(places[i].view()).seal(pieces[i], i + 1 == pieces.size()), sealed[i]);
    EXPECT_FALSE(opening.open(sealed[(i + 1) % 4], i == 2).ok());
    EXPECT_FALSE(opening.open(sealed[i], i + 1 != pieces.size()).ok());
    Bytes changed = sealed[i];
    changed[changed.size() / 2] ^= 1;
    EXPECT_FALSE(opening.open(changed, i + 1 == pieces.size()).ok());
    opening = SecretStream::restored(opening.save().view());
    const auto opened = opening.open(sealed[i], i + 1 == pieces.size());
    ASSERT_TRUE(opened.ok());
    EXPECT_TRUE(equal(opened->view(), pieces[i]));
  }
  EXPECT_FALSE(opening.open({}, true).ok());
  EXPECT_FALSE(SecretStream(random.bytes(32), header).open(sealed[0], false).ok());
}

// libsodium's own beginning of a stream, read by ours.
TEST(SecretStream, IsLibsodiums) {
  SeededRandom random(9);
  const Bytes key = random.bytes(SecretStream::kKeyBytes);
  Bytes header(SecretStream::kHeaderBytes);
  crypto_secretstream_xchacha20poly1305_state state;
  crypto_secretstream_xchacha20poly1305_init_push(&state, header.data(), key.data());
  const Bytes text = random.bytes(100);
  Bytes sealed(text.size() + SecretStream::kOverhead);
  crypto_secretstream_xchacha20poly1305_push(&state, sealed.data(), nullptr, text.data(), text.size(),
                                             nullptr, 0, crypto_secretstream_xchacha20poly1305_TAG_FINAL);
  EXPECT_EQ(SecretStream(key, header).seal(text, true), sealed);
  const auto opened = SecretStream(key, header).open(sealed, true);
  ASSERT_TRUE(opened.ok());
  EXPECT_TRUE(equal(opened->view(), text));
}

}  // namespace
}  // namespace homeward

#include <gtest/gtest.h>

#include "mls/tree/key_package.h"

namespace homeward::mls {
namespace {

constexpr uint64_t kNow = 1'800'000'000;

class Leaf : public testing::TestWithParam<SuiteId> {
 protected:
  const Suite& suite = *Suite::find(GetParam());
  SeededRandom random{7};
  KeyPair signature_key = suite.generate_signature_key_pair(random);

  KeyPackageParams params() {
    KeyPackageParams made;
    made.credential = Credential::basic(view_of("invented person"));
    made.lifetime = {kNow - 100, kNow + 100};
    return made;
  }
  LeafContent content() {
    return {suite.generate_hpke_key_pair(random).public_key,
            signature_key.public_key,
            Credential::basic(view_of("invented person")),
            Capabilities::ours(),
            {}};
  }
  LeafNode leaf(const LeafContent& from) {
    return *LeafNode::for_update(suite, from, {view_of("group"), {3}}, signature_key.private_key.view());
  }
  LeafRules rules() {
    LeafRules made;
    made.suite = &suite;
    return made;
  }
};

TEST_P(Leaf, KeyPackageRoundTrip) {
  KeyPackageParams wanted = params();
  wanted.capabilities.add_grease(random);
  wanted.leaf_extensions = {{static_cast<ExtensionType>(wanted.capabilities.extensions[0]), {1, 2, 3}},
                            {ExtensionType::kApplicationId, {9}}};
  wanted.extensions = {{static_cast<ExtensionType>(0x2A2A), {4}}};
  auto made = create_key_package(suite, wanted, signature_key, random);
  ASSERT_TRUE(made.ok());
  Writer out;
  encode(out, made->package);
  Reader in(out.view());
  const KeyPackage read = decode_key_package(in);
  ASSERT_TRUE(in.finish().ok());
  EXPECT_EQ(read, made->package);
  EXPECT_EQ(read.ref(suite), made->package.ref(suite));
  LeafRules checked = rules();
  checked.now_s = kNow;
  EXPECT_TRUE(read.check(checked).ok());
  EXPECT_EQ(read.leaf_node.identity().size(), view_of("invented person").size());
  EXPECT_EQ(read.leaf_node.capabilities(), wanted.capabilities);
  EXPECT_EQ(read.leaf_node.extensions(), wanted.leaf_extensions);
  EXPECT_EQ(read.leaf_node.lifetime(), wanted.lifetime);
  const auto secrets = KeyPackageSecrets::decode(made->secrets.encode().view());
  ASSERT_TRUE(secrets.ok());
  EXPECT_EQ(secrets->encryption_key, made->secrets.encryption_key);
}

// Section 10.1 and 7.3: each change alone makes it invalid.
TEST_P(Leaf, KeyPackageRules) {
  auto made = create_key_package(suite, params(), signature_key, random);
  ASSERT_TRUE(made.ok());
  const auto error_of = [&](auto change, LeafRules checked) {
    KeyPackage package = made->package;
    change(package, checked);
    const Result<> result = package.check(checked);
    return result.ok() ? Error(MlsError::kBadParams) : result.error();
  };
  using P = KeyPackage&;
  using R = LeafRules&;
  EXPECT_TRUE(error_of([](P p, R) { p.version = 2; }, rules()).is(MlsError::kInvalidKeyPackage));
  EXPECT_TRUE(error_of([](P p, R) { p.cipher_suite ^= 4; }, rules()).is(MlsError::kInvalidKeyPackage));
  EXPECT_TRUE(error_of([](P p, R) { p.init_key = copy_of(p.leaf_node.encryption_key()); }, rules())
                  .is(MlsError::kInvalidKeyPackage));
  EXPECT_TRUE(error_of([](P p, R) { p.init_key.pop_back(); }, rules()).is(MlsError::kInvalidKeyPackage));
  EXPECT_TRUE(error_of([](P p, R) { p.signature[9] ^= 1; }, rules()).is(MlsError::kBadSignature));
  EXPECT_TRUE(error_of([](P p, R) { p.extensions.push_back({}); }, rules()).is(MlsError::kBadSignature));
  EXPECT_TRUE(error_of([](P, R r) { r.now_s = kNow + 101; }, rules()).is(MlsError::kInvalidLeaf));
  EXPECT_TRUE(error_of([](P, R r) { r.now_s = kNow - 101; }, rules()).is(MlsError::kInvalidLeaf));
  EXPECT_TRUE(error_of([](P, R r) { r.max_lifetime_s = 199; }, rules()).is(MlsError::kInvalidLeaf));
  const LeafContent other = content();
  EXPECT_TRUE(
      error_of([&](P p, R) { p.leaf_node = leaf(other); }, rules()).is(MlsError::kInvalidLeaf));  // source
}

TEST_P(Leaf, SignatureBindsGroupAndPlace) {
  const LeafNode made = leaf(content());
  EXPECT_TRUE(made.verify(suite, {view_of("group"), {3}}).ok());
  EXPECT_TRUE(made.verify(suite, {view_of("group"), {4}}).error().is(MlsError::kBadSignature));
  EXPECT_TRUE(made.verify(suite, {view_of("grouq"), {3}}).error().is(MlsError::kBadSignature));
}

TEST_P(Leaf, Rules) {
  const LeafContent good = content();
  EXPECT_TRUE(leaf(good).check(rules()).ok());
  const auto refused = [&](auto change) {
    LeafContent changed = good;
    change(changed);
    const Result<> result = leaf(changed).check(rules());
    return !result.ok() && result.error().is(MlsError::kInvalidLeaf);
  };
  EXPECT_TRUE(refused([](LeafContent& c) { c.encryption_key.pop_back(); }));
  EXPECT_TRUE(refused([](LeafContent& c) { c.capabilities.versions = {2}; }));
  EXPECT_TRUE(refused([](LeafContent& c) { c.capabilities.cipher_suites = {0x0A0A}; }));
  EXPECT_TRUE(refused([](LeafContent& c) { c.capabilities.credentials = {2}; }));
  EXPECT_TRUE(refused([](LeafContent& c) { c.extensions = {{static_cast<ExtensionType>(0xF001), {}}}; }));

  RequiredCapabilities required{{0xF001}, {}, {}};
  LeafRules strict = rules();
  strict.required = &required;
  EXPECT_FALSE(leaf(good).check(strict).ok());
  required = {{1, 2, 3, 4, 5}, {1, 7}, {1}};
  EXPECT_TRUE(leaf(good).check(strict).ok());  // default types need not be listed
  required = {{}, {0xF001}, {}};
  EXPECT_FALSE(leaf(good).check(strict).ok());
  required = {{}, {}, {2}};
  EXPECT_FALSE(leaf(good).check(strict).ok());
  const std::vector<Extension> of_group{{static_cast<ExtensionType>(0xF002), {}}};
  strict = rules();
  strict.group_extensions = &of_group;
  EXPECT_FALSE(leaf(good).check(strict).ok());
}

TEST_P(Leaf, MalformedIsRefused) {
  LeafContent twice = content();
  twice.extensions = {{ExtensionType::kApplicationId, {1}}, {ExtensionType::kApplicationId, {2}}};
  EXPECT_TRUE(LeafNode::for_update(suite, twice, {view_of("group"), {3}}, signature_key.private_key.view())
                  .error()
                  .is(MlsError::kBadParams));
  const Bytes good = copy_of(leaf(content()).encoded());
  for (size_t size = 0; size < good.size(); ++size) {
    Reader in(BytesView(good).first(size));
    EXPECT_TRUE(decode_leaf_node(in).empty());
    EXPECT_FALSE(in.ok());
  }
  LeafContent x509 = content();
  x509.credential = {CredentialType::kX509, {}, {{1, 2}, {3}}};
  EXPECT_EQ(leaf(x509).credential(), x509.credential);
  x509.credential.type = static_cast<CredentialType>(3);
  EXPECT_FALSE(
      LeafNode::for_update(suite, x509, {view_of("group"), {3}}, signature_key.private_key.view()).ok());
}

INSTANTIATE_TEST_SUITE_P(Suites, Leaf, testing::ValuesIn(Suite::built_in().begin(), Suite::built_in().end()),
                         [](const auto& suite) {
                           return std::to_string(static_cast<uint16_t>(suite.param));
                         });

}  // namespace
}  // namespace homeward::mls

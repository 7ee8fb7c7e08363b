#include <gtest/gtest.h>

#include "mls/rules_for_test.h"
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
  const auto after = [&](auto change, LeafRules checked) {
    KeyPackage package = made->package;
    change(package, checked);
    return package.check(checked);
  };
  using P = KeyPackage&;
  using R = LeafRules&;
  EXPECT_RULE("10.1/version", after([](P p, R) { p.version = 2; }, rules()));
  EXPECT_RULE("10.1/suite", after([](P p, R) { p.cipher_suite ^= 4; }, rules()));
  EXPECT_RULE("10.1/init-key",
              after([](P p, R) { p.init_key = copy_of(p.leaf_node.encryption_key()); }, rules()));
  EXPECT_RULE("5.1.1/init-key", after([](P p, R) { p.init_key.pop_back(); }, rules()));
  EXPECT_RULE("10.1/signature", after([](P p, R) { p.signature[9] ^= 1; }, rules()));
  EXPECT_RULE("10.1/signature", after([](P p, R) { p.extensions.push_back({}); }, rules()));
  EXPECT_RULE("7.3/lifetime", after([](P, R r) { r.now_s = kNow + 101; }, rules()));
  EXPECT_RULE("7.3/lifetime", after([](P, R r) { r.now_s = kNow - 101; }, rules()));
  EXPECT_RULE("7.2/total-lifetime", after([](P, R r) { r.max_lifetime_s = 199; }, rules()));
  const LeafContent other = content();
  EXPECT_RULE("7.3/source", after([&](P p, R) { p.leaf_node = leaf(other); }, rules()));
}

// What a maker must not list (section 7.2); of others' leaves nobody asks.
TEST_P(Leaf, DefaultTypesAreNotListed) {
  KeyPackageParams wanted = params();
  wanted.capabilities.proposals = {7};
  EXPECT_RULE("7.2/default-listed", create_key_package(suite, wanted, signature_key, random));
  wanted.capabilities.proposals = {8};
  wanted.capabilities.extensions = {5};
  EXPECT_RULE("7.2/default-listed", create_key_package(suite, wanted, signature_key, random));
  wanted.capabilities.extensions = {6};
  EXPECT_TRUE(create_key_package(suite, wanted, signature_key, random).ok());
  LeafContent lists = content();
  lists.capabilities.proposals = {1, 2, 3};
  lists.capabilities.extensions = {1};
  EXPECT_TRUE(leaf(lists).check(rules()).ok());
}

// Section 13.5: values that nobody knows are ignored wherever they may be; a credential of an unknown type
// cannot be read.
TEST_P(Leaf, UnknownValuesAreIgnored) {
  for (const uint16_t value : {0x0a0a, 0x7a7a, 0xeaea, 0xf001, 0xfafa, 0x0099}) {
    LeafContent greased = content();
    greased.capabilities.versions.push_back(value);
    greased.capabilities.cipher_suites.push_back(value);
    greased.capabilities.extensions.push_back(value);
    greased.capabilities.proposals.push_back(value);
    greased.capabilities.credentials.push_back(value);
    greased.extensions = {{static_cast<ExtensionType>(value), {1, 2, 3}}};
    const LeafNode made = leaf(greased);
    EXPECT_TRUE(made.check(rules()).ok());
    EXPECT_TRUE(made.verify(suite, {view_of("group"), {3}}).ok());
    EXPECT_EQ(made.capabilities(), greased.capabilities);
    EXPECT_EQ(is_grease(value), value == 0x0a0a || value == 0x7a7a || value == 0xeaea);

    KeyPackageParams wanted = params();
    wanted.extensions = {{static_cast<ExtensionType>(value), {9}}};
    const auto package = create_key_package(suite, wanted, signature_key, random);
    ASSERT_TRUE(package.ok());
    EXPECT_TRUE(package->package.check(rules()).ok());

    Writer out;  // "13.5/credential-type"
    out.u16(value).opaque(view_of("someone"));
    Reader in(out.view());
    decode_credential(in);
    EXPECT_FALSE(in.ok());
  }
  EXPECT_FALSE(is_grease(0xfafa));
  EXPECT_FALSE(is_grease(0x1a0a));
  for (int round = 0; round < 50; ++round)
    EXPECT_TRUE(is_grease(static_cast<uint16_t>(grease_extension(random).type)));
}

TEST_P(Leaf, SignatureBindsGroupAndPlace) {
  const LeafNode made = leaf(content());
  EXPECT_TRUE(made.verify(suite, {view_of("group"), {3}}).ok());
  EXPECT_RULE("7.3/signature", made.verify(suite, {view_of("group"), {4}}));
  EXPECT_RULE("7.3/signature", made.verify(suite, {view_of("grouq"), {3}}));
}

TEST_P(Leaf, Rules) {
  const LeafContent good = content();
  EXPECT_TRUE(leaf(good).check(rules()).ok());
  const auto after = [&](auto change) {
    LeafContent changed = good;
    change(changed);
    return leaf(changed).check(rules());
  };
  EXPECT_RULE("5.1.1/leaf-key", after([](LeafContent& c) { c.encryption_key.pop_back(); }));
  EXPECT_RULE("11.1/version", after([](LeafContent& c) { c.capabilities.versions = {2}; }));
  EXPECT_RULE("11.1/suite", after([](LeafContent& c) { c.capabilities.cipher_suites = {0x0A0A}; }));
  EXPECT_RULE("7.2/own-credential", after([](LeafContent& c) { c.capabilities.credentials = {2}; }));
  EXPECT_RULE("7.3/own-extension",
              after([](LeafContent& c) { c.extensions = {{static_cast<ExtensionType>(0xF001), {}}}; }));

  RequiredCapabilities required{{0xF001}, {}, {}};
  LeafRules strict = rules();
  strict.required = &required;
  EXPECT_RULE("7.3/required-extension", leaf(good).check(strict));
  required = {{1, 2, 3, 4, 5}, {1, 7}, {1}};
  EXPECT_TRUE(leaf(good).check(strict).ok());  // default types need not be listed
  required = {{}, {0xF001}, {}};
  EXPECT_RULE("7.3/required-proposal", leaf(good).check(strict));
  required = {{}, {}, {2}};
  EXPECT_RULE("7.3/required-credential", leaf(good).check(strict));
  const std::vector<Extension> of_group{{static_cast<ExtensionType>(0xF002), {}}};
  strict = rules();
  strict.group_extensions = &of_group;
  EXPECT_RULE("13.4/leaf-supports", leaf(good).check(strict));
}

TEST_P(Leaf, MalformedIsRefused) {  // "13.4/twice"
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

// Guidance in a real vault: 2,000 articles of a few hundred words each, from a vocabulary in which words are
// as unequal as in a language. How long a search, the list and an article take, with words that are right,
// wrong by a letter, common and many; in time of the processor. Fails if a limit of the product is passed
// (--check).
//
//   guidance_bench [--articles N] [--check]
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <string_view>

#include "domain/guidance/guidance.h"
#include "vault/vault.h"

using namespace homeward;
using namespace homeward::domain;

namespace {

constexpr double kMostSearch_ms = 20;
constexpr size_t kVocabulary = 30'000;
constexpr size_t kArticlesPerTransaction = 50;

// Of the processor, so that a busy machine does not count.
double now_ms() { return static_cast<double>(std::clock()) * 1000.0 / CLOCKS_PER_SEC; }

class Language {
 public:
  explicit Language(SeededRandom& random) : random_(random) {
    static const std::vector<std::string> kSyllables = {
        "ра",  "пор", "жа",  "ло",  "ба",  "ко", "ман", "дир", "суд", "про", "ку",   "тур", "во", "ен",
        "ный", "ста", "тья", "за",  "кон", "мо", "би",  "ли",  "от",  "каз", "пись", "мен", "но", "при",
        "каз", "ник", "го",  "род", "ши",  "ня", "ть",  "ся",  "ет",  "ов",  "ка",   "ми",  "вы", "пус"};
    for (size_t i = 0; i < kVocabulary; ++i) {
      std::string word;
      for (uint64_t n = 2 + random_.below(4); n > 0; --n)
        word += kSyllables[random_.below(kSyllables.size())];
      words_.push_back(word);
    }
  }
  // Zipf's law: the n-th word is n times as rare as the first.
  const std::string& word() {
    const double at = std::exp(static_cast<double>(random_.below(1'000'000)) / 1e6 *
                               std::log(static_cast<double>(kVocabulary)));
    return words_[std::min(kVocabulary - 1, static_cast<size_t>(at) - 1)];
  }
  const std::string& rank(size_t rank) const { return words_[rank]; }
  std::string text(size_t count) {
    std::string out;
    for (size_t i = 0; i < count; ++i) (out += word()) += i % 12 == 11 ? ". " : " ";
    return out;
  }

 private:
  SeededRandom& random_;
  std::vector<std::string> words_;
};

guidance::Content some_content(Language& language) {
  guidance::Content content{.title = language.text(5), .language = "ru", .summary = language.text(20)};
  content.situations = {guidance::Situation::kHeld};
  for (int i = 0; i < 8; ++i)
    content.steps.push_back({language.text(4), language.text(30), language.text(6), ""});
  for (int i = 0; i < 3; ++i) content.threats.push_back({language.text(5), language.text(15)});
  return content;
}

std::string with_mistake(const std::string& word) {
  std::string out = word;
  const size_t at = out.size() / 4 * 2;  // a letter is two bytes
  return out.erase(at, 2);
}

struct Bench {
  Vault vault;
  words::Analyzer analyzer;
  guidance::State state{analyzer};
  GroupKey group;
  SeededRandom random{1};
  Language language{random};
  bool is_slow = false;

  void fill(size_t count) {
    const Author adviser = random.fixed<Author>();
    for (size_t done = 0; done < count;) {
      Transaction rows(vault);
      for (size_t i = 0; i < kArticlesPerTransaction && done < count; ++i, ++done) {
        const guidance::Revision revision{.article = random.fixed<guidance::ArticleId>(),
                                          .number = 1,
                                          .signer = {},
                                          .at = {0},
                                          .valid_from = {20220701},
                                          .check_by = {20220901},
                                          .law_date = {20220615},
                                          .content = some_content(language)};
        const Bytes body = guidance::encode(
            guidance::Published{{guidance::encode(revision), random.fixed<guidance::Signature>()}, {}});
        state.fold({rows, group, adviser, false, AuthorRole::kAdviser, {1, done + 1}},
                   {random.fixed<EventKey>(), guidance::kPublishedKind, {0}, body});
      }
      if (!rows.commit().ok()) std::abort();
    }
  }

  // Each search reads in a transaction of its own, as the client's do.
  void search(const char* what, const std::vector<std::string>& queries) {
    std::vector<double> times;
    size_t found = 0;
    for (const std::string& query : queries) {
      const double start = now_ms();
      Transaction rows(vault, Transaction::Access::kRead);
      found += guidance::search(rows, analyzer, group, query, {}, 20).total;
      times.push_back(now_ms() - start);
    }
    std::ranges::sort(times);
    const double slow = times[times.size() * 95 / 100];
    std::printf("%-34s median %6.2f ms   95 of 100 within %6.2f ms   found %zu each\n", what,
                times[times.size() / 2], slow, found / queries.size());
    is_slow = is_slow || slow > kMostSearch_ms;
  }

  void measure() {
    std::vector<std::string> rare, common, wrong, sentences, beginnings;
    for (size_t i = 0; i < 100; ++i) {
      rare.push_back(language.rank(2'000 + i * 50));
      common.push_back(language.rank(i % 20));
      wrong.push_back(with_mistake(language.rank(300 + i * 20)));
      sentences.push_back(language.text(8));
      beginnings.push_back(language.rank(200 + i * 10).substr(0, 6));
    }
    search("a rare word", rare);
    search("a common word", common);
    search("a word with a wrong letter", wrong);
    search("three letters of a word", beginnings);
    search("a sentence of eight words", sentences);
    const double start = now_ms();
    Transaction rows(vault, Transaction::Access::kRead);
    const guidance::Listing all = guidance::list(rows, group, {}, 100);
    std::printf("%-34s %6.2f ms for 100 of %zu\n", "the list", now_ms() - start, all.total);
  }
};

}  // namespace

int main(int argc, char** argv) {
  size_t articles = 2'000;
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--check") check = true;
    if (std::string_view(argv[i]) == "--articles" && i + 1 < argc)
      articles = std::strtoull(argv[++i], nullptr, 10);
  }
  const std::filesystem::path home =
      std::filesystem::temp_directory_path() / ("guidance_bench." + std::to_string(articles));
  std::filesystem::remove_all(home);
  std::filesystem::create_directories(home);
  SeededRandom random(1);
  constexpr PassphraseCost kCheap{.memory_bytes = 8192, .passes = 1};
  auto vault = Vault::create({home.string()}, view_of("bench"), kCheap, random);
  if (!vault.ok()) {
    std::fprintf(stderr, "no vault: %s\n", vault.error().context());
    return 1;
  }
  bool is_slow = false;
  {
    Bench bench{.vault = std::move(*vault)};
    const double start = now_ms();
    bench.fill(articles);
    std::printf("%-34s %6.2f s for %zu articles\n", "taking in", (now_ms() - start) / 1000, articles);
    bench.measure();
    is_slow = bench.is_slow;
  }
  std::filesystem::remove_all(home);
  if (check && is_slow) std::fprintf(stderr, "a search takes longer than %.0f ms\n", kMostSearch_ms);
  return check && is_slow ? 1 : 0;
}

#include "client/questions.h"

#include <algorithm>
#include <set>

#include "client/features.h"
#include "client/sealing.h"
#include "codec/codec.h"

namespace homeward::client::questions {
namespace {

using homeward::domain::GroupKey;

constexpr Space kSeenSpace = 0x3102;
constexpr std::string_view kAskPurpose = "question";
constexpr std::string_view kReplyPurpose = "question reply";

bool is_adviser(const group::Group& group) { return group.my_role() == group::Role::kAdviser; }

std::vector<group::PersonId> advisers(const group::Group& group) {
  std::vector<group::PersonId> out;
  for (const group::Member& member : group.members())
    if (member.role == group::Role::kAdviser) out.push_back(member.person);
  if (out.size() > domain::kMostReaders) out.resize(domain::kMostReaders);
  return out;
}

std::optional<domain::Words> words_of(const Client::Look& look, const domain::Question& question,
                                      const domain::Said& said) {
  Result<domain::Words> words = domain::QuestionError::kMalformed;
  if (question.reach == domain::Reach::kEveryone) {
    words = domain::decode_words(said.content);
  } else {
    const bool is_question = said.kind == domain::kAskedKind;
    const SealedFor bound{.purpose = is_question ? kAskPurpose : kReplyPurpose,
                          .author = group::PersonId::from(said.author),
                          .about = is_question ? BytesView() : question.ref.view()};
    const std::optional<Secret> open = open_sealed(look, said.content, bound);
    if (!open) return std::nullopt;
    words = domain::decode_words(open->view());
  }
  if (!words.ok()) return std::nullopt;
  return std::move(*words);
}

Shown shown(const Client::Look& look, const domain::Question& question) {
  Shown out{question, std::nullopt};
  if (const auto asked = domain::asked(look.rows, key_of(look.group.id()), question))
    out.words = words_of(look, question, asked->said);
  return out;
}

ReplyKind kind_of(uint16_t kind) {
  return kind == domain::kAnsweredKind    ? ReplyKind::kAnswer
         : kind == domain::kAskedBackKind ? ReplyKind::kAskBack
                                          : ReplyKind::kAdd;
}
uint16_t kind_of(ReplyKind kind) {
  return kind == ReplyKind::kAnswer    ? domain::kAnsweredKind
         : kind == ReplyKind::kAskBack ? domain::kAskedBackKind
                                       : domain::kAddedKind;
}

// Open words, or sealed for those who could read the question, the advisers of now, and the author.
Result<Bytes> content_of(const Client::Hand& hand, const domain::Words& words, domain::Reach reach,
                         std::vector<group::PersonId> readers, const std::optional<QuestionRef>& about) {
  Bytes plain = domain::encode(words);
  if (reach == domain::Reach::kEveryone) return plain;
  std::ranges::sort(readers);
  readers.erase(std::unique(readers.begin(), readers.end()), readers.end());
  Result<Bytes> sealed =
      seal_to(hand, readers, about ? kReplyPurpose : kAskPurpose, about ? about->view() : BytesView(), plain);
  wipe(plain);
  return sealed;
}

Bytes seen_key(const GroupKey& group, const QuestionRef& question) {
  return domain::question_key(group, question);
}
uint32_t seen_count(Rows& rows, const GroupKey& group, const QuestionRef& question) {
  const std::optional<Bytes> row = rows.get(kSeenSpace, seen_key(group, question));
  return row ? Reader(*row).u32() : 0;
}
// Replies by others.
uint32_t reply_count(const Client::Look& look, const QuestionRef& question) {
  const auto me = Author::from(look.group.me());
  const auto all = domain::replies(look.rows, key_of(look.group.id()), question);
  return static_cast<uint32_t>(
      std::ranges::count_if(all, [&](const domain::Said& said) { return said.author != me; }));
}

}  // namespace

Result<QuestionRef> ask(Client& client, const group::GroupId& group, const Asking& asking, Instant now) {
  HW_TRY(domain::check(asking.words));
  QuestionRef out;
  const Result<> done = client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    domain::Asked event{.reach = asking.reach, .urgent = asking.urgent, .readers = {}, .content = {}};
    std::vector<group::PersonId> readers;
    if (asking.reach == domain::Reach::kAdvisers) {
      readers = advisers(hand.group);
      const std::vector<group::PersonId> missing = missing_keys(hand.rows, hand.group, readers);
      std::erase_if(readers,
                    [&](const group::PersonId& one) { return std::ranges::count(missing, one) > 0; });
      std::erase(readers, hand.group.me());
      if (readers.empty()) return QuestionRefusal::kNoAdviser;
      for (const group::PersonId& one : readers) event.readers.push_back(Author::from(one));
    }
    HW_LET(event.content, content_of(hand, asking.words, asking.reach, readers, std::nullopt));
    HW_LET(const group::EventId id, hand.post(domain::kAskedKind, domain::encode(event)));
    out = homeward::domain::ref_of(Author::from(hand.group.me()), homeward::domain::EventKey::from(id));
    return success();
  });
  HW_TRY(done);
  return out;
}

Result<> reply(Client& client, const group::GroupId& group, const Replying& replying, Instant now) {
  HW_TRY(domain::check(replying.words));
  Whole about;
  const Result<> looked = client.look(group, [&](const Client::Look& look) -> Result<> {
    HW_LET(about, whole(look, replying.question));
    const bool mine = about.shown.question.asker() == Author::from(look.group.me());
    if (replying.kind == ReplyKind::kAdd ? !mine : !is_adviser(look.group))
      return replying.kind == ReplyKind::kAdd ? QuestionRefusal::kNotYours : QuestionRefusal::kAdvisersOnly;
    if (!about.shown.words) return QuestionRefusal::kSealed;
    if (replying.words.article &&
        !homeward::domain::guidance::card_of(look.rows, key_of(group), *replying.words.article))
      return QuestionRefusal::kNoSuchArticle;
    return success();
  });
  HW_TRY(looked);
  return client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    std::vector<group::PersonId> readers = advisers(hand.group);
    readers.push_back(group::PersonId::from(about.shown.question.asker()));
    for (const Author& one : about.readers) readers.push_back(group::PersonId::from(one));
    HW_LET(Bytes content,
           content_of(hand, replying.words, about.shown.question.reach, readers, replying.question));
    HW_TRY(hand.post(kind_of(replying.kind),
                     domain::encode(domain::Reply{replying.question, std::move(content)})));
    return success();
  });
}

Result<> close(Client& client, const group::GroupId& group, const QuestionRef& question, Instant now) {
  const Result<> looked = client.look(group, [&](const Client::Look& look) -> Result<> {
    const auto row = domain::question(look.rows, key_of(group), question);
    if (!row) return QuestionRefusal::kNoSuchQuestion;
    if (row->asker() != Author::from(look.group.me()) && !is_adviser(look.group))
      return QuestionRefusal::kAdvisersOnly;
    return success();
  });
  HW_TRY(looked);
  return client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    HW_TRY(hand.post(domain::kClosedKind, domain::encode_closed(question)));
    return success();
  });
}

// --- Queries ---

std::vector<Shown> queue(const Client::Look& look) {
  std::vector<Shown> out;
  for (const domain::Question& one : domain::queue(look.rows, key_of(look.group.id()), look.now))
    out.push_back(shown(look, one));
  return out;
}

Result<Whole> whole(const Client::Look& look, const QuestionRef& question) {
  const GroupKey group = key_of(look.group.id());
  const auto row = domain::question(look.rows, group, question);
  if (!row) return QuestionRefusal::kNoSuchQuestion;
  Whole out;
  out.shown.question = *row;
  if (const auto asked = domain::asked(look.rows, group, *row)) {
    out.shown.words = words_of(look, *row, asked->said);
    out.readers = asked->readers;
  }
  for (domain::Said& said : domain::replies(look.rows, group, question)) {
    std::optional<domain::Words> words = words_of(look, *row, said);
    out.replies.push_back({kind_of(said.kind), std::move(said), std::move(words)});
  }
  return out;
}

void seen(Client& client, const group::GroupId& group, const QuestionRef& question, Instant now) {
  uint32_t count = 0, before = 0;
  const Result<> looked = client.look(group, [&](const Client::Look& look) -> Result<> {
    if (homeward::domain::author_of(question) == Author::from(look.group.me())) {
      count = reply_count(look, question);
      before = seen_count(look.rows, key_of(group), question);
    }
    return success();
  });
  if (!looked.ok() || count == before) return;
  // A full disk does not keep anybody from reading.
  (void)client.change(group, now, [&](const Client::Hand& hand) -> Result<> {
    Writer out;
    out.u32(count);
    hand.rows.put(kSeenSpace, seen_key(key_of(group), question), out.view());
    return success();
  });
}

std::vector<QuestionRef> with_news(const Client::Look& look) {
  const GroupKey group = key_of(look.group.id());
  const auto me = Author::from(look.group.me());
  std::vector<QuestionRef> out;
  for (const domain::Question& one : domain::queue(look.rows, group, look.now))
    if (one.asker() == me && reply_count(look, one.ref) > seen_count(look.rows, group, one.ref))
      out.push_back(one.ref);
  return out;
}

void forget_seen(Rows& rows, const GroupKey& group) { rows.erase_range(kSeenSpace, prefix_range(group)); }

// --- Drafts ---

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// A number of seven digits or more, however it is broken up; an address of mail.
bool is_contact(std::string_view word) {
  return std::ranges::count_if(word, [](char c) { return c >= '0' && c <= '9'; }) >= 7 ||
         (word.find('@') != std::string_view::npos && word.find('.') != std::string_view::npos);
}

bool is_number_piece(std::string_view word) {
  return std::ranges::all_of(word, [](char c) {
    return (c >= '0' && c <= '9') || std::string_view("+()-.,;").find(c) != std::string_view::npos;
  });
}

}  // namespace

std::string without_details(std::string_view text, const std::vector<std::string>& names) {
  homeward::domain::words::Analyzer analyzer;
  std::set<std::string> stems;
  for (const std::string& name : names)
    for (const auto& word : analyzer.query(name)) stems.insert(word.stem);
  std::string out;
  for (size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      out += text[at++];
      continue;
    }
    size_t end = at;
    while (end < text.size() && !is_space(text[end])) ++end;
    // A telephone number may be written in pieces: they count together.
    size_t until = end;
    if (is_number_piece(text.substr(at, end - at))) {
      for (size_t next = end; next < text.size();) {
        while (next < text.size() && is_space(text[next])) ++next;
        size_t stop = next;
        while (stop < text.size() && !is_space(text[stop])) ++stop;
        if (stop == next || !is_number_piece(text.substr(next, stop - next))) break;
        until = next = stop;
      }
    }
    if (is_contact(text.substr(at, until - at))) {
      out += "…";
      at = until;
      continue;
    }
    const std::string_view word = text.substr(at, end - at);
    const bool is_name = !is_contact(word) && std::ranges::any_of(analyzer.query(word), [&](const auto& one) {
      return stems.contains(one.stem);
    });
    out += is_name || is_contact(word) ? std::string("…") : std::string(word);
    at = end;
  }
  return out;
}

Result<homeward::domain::guidance::Content> draft(const Client::Look& look, const QuestionRef& question,
                                                  std::string_view language) {
  if (!is_adviser(look.group)) return QuestionRefusal::kAdvisersOnly;
  HW_LET(const Whole about, whole(look, question));
  if (!about.shown.words) return QuestionRefusal::kSealed;
  homeward::domain::guidance::Content out;
  out.language = language;
  if (about.shown.words->audience) out.audiences = {*about.shown.words->audience};
  if (about.shown.words->situation) out.situations = {*about.shown.words->situation};
  const std::vector<std::string> names = {
      look.group.name_of(group::PersonId::from(about.shown.question.asker()))};
  for (const ShownReply& one : about.replies)
    if (one.kind == ReplyKind::kAnswer && one.words &&
        out.steps.size() < homeward::domain::guidance::kMostSteps)
      out.steps.push_back({"", without_details(one.words->text, names), "", ""});
  return out;
}

}  // namespace homeward::client::questions

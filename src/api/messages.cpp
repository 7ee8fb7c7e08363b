#include "api/messages.h"

#include "client/case_files.h"
#include "client/cases.h"
#include "client/client.h"
#include "client/files.h"
#include "client/guidance.h"
#include "client/porch.h"
#include "client/questions.h"
#include "domain/bulletin/events.h"
#include "domain/losses/facts.h"
#include "domain/rolls/rolls.h"
#include "domain/tallies/events.h"

namespace homeward::api {
namespace {

struct Words {
  const char* name;
  const char* ru;
  const char* en;
};

// By code.
constexpr Words kWords[] = {
#define HOMEWARD_WORDS(code, ru, en) {#code, ru, en},
    HOMEWARD_ERROR_CODES(HOMEWARD_WORDS)
#undef HOMEWARD_WORDS
};

const Words& words_of(ErrorCode code) { return kWords[static_cast<size_t>(code)]; }

}  // namespace

std::string message_of(ErrorCode code, std::string_view language) {
  const Words& words = words_of(code);
  return language == "ru" ? words.ru : words.en;
}

std::string_view name_of(ErrorCode code) { return words_of(code).name; }

std::vector<std::string_view> error_names() {
  std::vector<std::string_view> out;
  for (const Words& words : kWords) out.push_back(words.name);
  return out;
}

std::string bad_arguments_message(std::string_view field, std::string_view takes, std::string_view language) {
  const std::string head = language == "ru" ? "Не подходит поле " : "The field does not fit: ";
  const std::string middle = language == "ru" ? ". Ожидается: " : ". It takes: ";
  return head + std::string(field) + middle + std::string(takes);
}

ErrorCode code_of(const Error& error) {
  using client::CarryError;
  using client::CaseFileError;
  using client::ClientError;
  using client::PorchError;
  using client::SealingError;
  using client::guidance::GuidanceRefusal;
  using client::questions::QuestionRefusal;
  using domain::bulletin::BulletinError;
  using domain::cases::CaseError;
  using domain::guidance::GuidanceError;
  using domain::losses::LossError;
  using domain::questions::QuestionError;
  using domain::rolls::RollError;
  using domain::tallies::TallyError;
  using group::GroupError;
  struct Row {
    bool fits;
    ErrorCode code;
  };
  const Row rows[] = {
      {error.is(ClientError::kNoSuchGroup), ErrorCode::no_group},
      {error.is(ClientError::kNoSuchJoin), ErrorCode::no_join},
      {error.is(ClientError::kNoSuchMessage), ErrorCode::no_message},
      {error.is(ClientError::kTextEmpty), ErrorCode::text_empty},
      {error.is(ClientError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(ClientError::kTextInvalid), ErrorCode::text_invalid},
      {error.is(ClientError::kNotAllowed), ErrorCode::not_allowed},
      {error.is(ClientError::kDiskFull), ErrorCode::disk_full},
      {error.is(client::FileError::kNoSuchFile), ErrorCode::no_file},
      {error.is(client::FileError::kTooLarge), ErrorCode::file_too_large},
      {error.is(client::FileError::kNameInvalid), ErrorCode::name_invalid},
      {error.is(client::FileError::kOutOfPlace), ErrorCode::file_not_whole},
      {error.is(client::FileError::kNotWhole), ErrorCode::file_not_whole},
      {error.is(client::FileError::kReveals), ErrorCode::picture_reveals},
      {error.is(client::FileError::kUnknownPicture), ErrorCode::picture_unknown},
      {error.is(client::FileError::kPreviewInvalid), ErrorCode::picture_reveals},
      {error.is(client::FileError::kNotHere), ErrorCode::file_not_here},
      {error.is(client::FileError::kTooManyFiles), ErrorCode::too_many_files},
      {error.is(ClientError::kLinkUsed), ErrorCode::link_used},
      {error.is(ClientError::kNotInPorch), ErrorCode::not_in_porch},
      {error.is(PorchError::kNoPorch), ErrorCode::no_porch},
      {error.is(PorchError::kTooEarly), ErrorCode::porch_early},
      {error.is(PorchError::kNotThere), ErrorCode::porch_not_there},
      {error.is(PorchError::kNoKey), ErrorCode::porch_no_key},
      {error.is(PorchError::kNoNote), ErrorCode::no_invite},
      {error.is(PorchError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(GuidanceRefusal::kAdvisersOnly), ErrorCode::advisers_only},
      {error.is(GuidanceRefusal::kNoSuchArticle), ErrorCode::no_article},
      {error.is(GuidanceRefusal::kNoSuchRevision), ErrorCode::no_revision},
      {error.is(GuidanceRefusal::kNoSuchProposal), ErrorCode::no_proposal},
      {error.is(GuidanceRefusal::kNoSuchPaper), ErrorCode::no_paper},
      {error.is(GuidanceRefusal::kArticleWithdrawn), ErrorCode::article_withdrawn},
      {error.is(GuidanceRefusal::kBadFile), ErrorCode::bad_file},
      {error.is(GuidanceRefusal::kBadSignature), ErrorCode::bad_signature},
      {error.is(GuidanceRefusal::kOwnRevision), ErrorCode::own_revision},
      {error.is(GuidanceError::kTextEmpty), ErrorCode::text_empty},
      {error.is(GuidanceError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(GuidanceError::kTextInvalid), ErrorCode::text_invalid},
      {error.is(GuidanceError::kDateInvalid), ErrorCode::date_invalid},
      {error.is(GuidanceError::kPaperInvalid), ErrorCode::paper_invalid},
      {error.is(GuidanceError::kTooMany), ErrorCode::too_many},
      {error.is(QuestionRefusal::kAdvisersOnly), ErrorCode::advisers_only},
      {error.is(QuestionRefusal::kNoSuchQuestion), ErrorCode::no_question},
      {error.is(QuestionRefusal::kNotYours), ErrorCode::not_allowed},
      {error.is(QuestionRefusal::kNoAdviser), ErrorCode::no_adviser},
      {error.is(QuestionRefusal::kSealed), ErrorCode::not_possible_now},
      {error.is(QuestionRefusal::kNoSuchArticle), ErrorCode::no_article},
      {error.is(QuestionError::kTextEmpty), ErrorCode::text_empty},
      {error.is(QuestionError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(QuestionError::kTextInvalid), ErrorCode::text_invalid},
      {error.is(CarryError::kBadFile), ErrorCode::bad_file},
      {error.is(CarryError::kWrongPassphrase), ErrorCode::wrong_passphrase},
      {error.is(CarryError::kPassphraseEmpty), ErrorCode::passphrase_empty},
      {error.is(CarryError::kTooLarge), ErrorCode::too_many},
      {error.is(CryptoError::kOutOfMemory), ErrorCode::out_of_memory},
      {error.is(TallyError::kTextEmpty), ErrorCode::text_empty},
      {error.is(TallyError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(TallyError::kTextInvalid), ErrorCode::text_invalid},
      {error.is(TallyError::kFigureInvalid), ErrorCode::figures_invalid},
      {error.is(TallyError::kPeriodInvalid), ErrorCode::figures_invalid},
      {error.is(TallyError::kTooManyOverlaps), ErrorCode::too_many},
      {error.is(BulletinError::kTextEmpty), ErrorCode::text_empty},
      {error.is(BulletinError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(BulletinError::kTextInvalid), ErrorCode::text_invalid},
      {error.is(BulletinError::kDayInvalid), ErrorCode::date_invalid},
      {error.is(BulletinError::kTooMany), ErrorCode::too_many},
      {error.is(LossError::kTextEmpty), ErrorCode::text_empty},
      {error.is(LossError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(LossError::kTextInvalid), ErrorCode::text_invalid},
      {error.is(LossError::kWrongDay), ErrorCode::date_invalid},
      {error.is(LossError::kWrongFigure), ErrorCode::loss_figures_invalid},
      {error.is(LossError::kTooMany), ErrorCode::too_many},
      {error.is(LossError::kNotPublished), ErrorCode::not_published},
      {error.is(RollError::kLineCount), ErrorCode::too_many},
      {error.is(RollError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(RollError::kTextInvalid), ErrorCode::text_invalid},
      {error.is(CaseFileError::kNoSuchCase), ErrorCode::no_case},
      {error.is(CaseFileError::kNoSuchPart), ErrorCode::no_case},
      {error.is(CaseFileError::kNotAllowed), ErrorCode::not_allowed},
      {error.is(SealingError::kTooLarge), ErrorCode::text_too_long},
      {error.is(SealingError::kNoReader), ErrorCode::not_possible_now},
      {error.is(CaseError::kLabelEmpty), ErrorCode::text_empty},
      {error.is(CaseError::kTextTooLong), ErrorCode::text_too_long},
      {error.is(CaseError::kTextInvalid), ErrorCode::text_invalid},
      {error.is(CaseError::kTooMany), ErrorCode::too_many},
      {error.is(CaseError::kWrongDay), ErrorCode::date_invalid},
      {error.is(GroupError::kBadInvite), ErrorCode::bad_link},
      {error.is(GroupError::kInviteExpired), ErrorCode::link_expired},
      {error.is(GroupError::kNameInvalid), ErrorCode::name_invalid},
      {error.is(GroupError::kNotAllowed), ErrorCode::not_allowed},
      {error.is(GroupError::kNotPossibleNow), ErrorCode::not_possible_now},
      {error.is(GroupError::kNoSuchMember), ErrorCode::no_member},
      {error.is(GroupError::kNoSuchRequest), ErrorCode::no_request},
      {error.is(GroupError::kNoSuchInvite), ErrorCode::no_invite},
      {error.is(GroupError::kAlreadyDone), ErrorCode::already_done},
      {error.is(GroupError::kLastOrganizer), ErrorCode::last_organizer},
      {error.is(GroupError::kNoSuchChange), ErrorCode::no_change},
      {error.is(GroupError::kNoSuchDevice), ErrorCode::no_device},
      {error.is(GroupError::kTooManyDevices), ErrorCode::too_many_devices},
      {error.is(GroupError::kTooLarge), ErrorCode::text_too_long},
      {error.is(GroupError::kDamaged), ErrorCode::damaged},
      {error.is(VaultError::kWrongPassphrase), ErrorCode::wrong_passphrase},
      {error.is(VaultError::kNoVault), ErrorCode::no_vault},
      {error.is(VaultError::kExists), ErrorCode::vault_exists},
      {error.is(VaultError::kDamaged), ErrorCode::damaged},
      {error.is(VaultError::kDiskFull), ErrorCode::disk_full},
      {error.is(VaultError::kInUse), ErrorCode::vault_in_use},
      {error.is(VaultError::kOutOfMemory), ErrorCode::out_of_memory},
      {error.is(VaultError::kTooNew), ErrorCode::too_new},
  };
  for (const Row& row : rows) {
    if (row.fits) return row.code;
  }
  return ErrorCode::internal;
}

}  // namespace homeward::api

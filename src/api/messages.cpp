#include "api/messages.h"

#include "client/case_files.h"
#include "client/cases.h"
#include "client/client.h"
#include "client/guidance.h"
#include "client/questions.h"
#include "domain/rolls/rolls.h"
#include "domain/tallies/events.h"

namespace homeward::api {
namespace {

struct Words {
  ErrorCode code;
  const char* ru;
  const char* en;
};

constexpr Words kWords[] = {
    {ErrorCode::unknown_command, "Такой команды нет.", "There is no such command."},
    {ErrorCode::bad_arguments, "Аргументы не подходят.", "The arguments do not fit."},
    {ErrorCode::locked, "Хранилище закрыто. Откройте его кодовой фразой.",
     "The vault is locked. Open it with the passphrase."},
    {ErrorCode::no_vault, "Здесь ещё нет хранилища. Сначала создайте его.",
     "There is no vault here yet. Create one first."},
    {ErrorCode::vault_exists, "Хранилище здесь уже есть.", "There is a vault here already."},
    {ErrorCode::wrong_passphrase, "Кодовая фраза не подходит. Ничего не изменилось, попробуйте ещё раз.",
     "This passphrase does not fit. Nothing has changed; try again."},
    {ErrorCode::passphrase_empty, "Кодовая фраза не может быть пустой.", "The passphrase cannot be empty."},
    {ErrorCode::damaged, "Файл хранилища повреждён и не открывается. Программа ничего в нём не изменила.",
     "The vault's file is damaged and does not open. Nothing in it was changed."},
    {ErrorCode::vault_in_use, "Это хранилище уже открыто другой программой.",
     "Another program has this vault open already."},
    {ErrorCode::too_new, "Хранилище создано более новой версией. Обновите программу.",
     "The vault was made by a newer version. Update the program."},
    {ErrorCode::disk_full,
     "На диске нет места. Всё сохранённое цело, но новое записать некуда: освободите место.",
     "The disk is full. Everything saved is safe, but nothing new can be written: free some space."},
    {ErrorCode::out_of_memory, "Не хватает памяти, чтобы проверить кодовую фразу. Закройте другие программы.",
     "There is not enough memory to check the passphrase. Close other programs."},
    {ErrorCode::no_group, "Такой группы здесь нет.", "There is no such group here."},
    {ErrorCode::no_request, "Этой заявки больше нет.", "This join request is not there any more."},
    {ErrorCode::no_invite, "Этого приглашения больше нет.", "This invite is not there any more."},
    {ErrorCode::no_member, "Такой участницы в группе нет.", "There is no such member in the group."},
    {ErrorCode::no_join, "Такой заявки здесь нет.", "There is no such join request here."},
    {ErrorCode::no_message, "Этого сообщения больше нет.", "This message is not there any more."},
    {ErrorCode::bad_link, "Ссылка неполная или испорчена. Попросите прислать её ещё раз целиком.",
     "The link is cut or broken. Ask for the whole link again."},
    {ErrorCode::link_expired, "Срок приглашения прошёл. Попросите новое.",
     "The invite has ended. Ask for a new one."},
    {ErrorCode::link_used, "Вы уже отправили заявку по этой ссылке.",
     "You have already asked to join by this link."},
    {ErrorCode::not_allowed, "Правила группы этого не позволяют.", "The group's rules do not allow this."},
    {ErrorCode::not_possible_now, "Сейчас это невозможно.", "This is not possible now."},
    {ErrorCode::already_done, "Это уже сделано.", "This is done already."},
    {ErrorCode::text_too_long, "Текст слишком длинный. Разделите его на части.",
     "The text is too long. Split it."},
    {ErrorCode::text_empty, "Текст пустой.", "The text is empty."},
    {ErrorCode::text_invalid, "В тексте есть знаки, которых не бывает в письме.",
     "The text has characters that no writing has."},
    {ErrorCode::name_invalid, "Имя пустое или слишком длинное.", "The name is empty or too long."},
    {ErrorCode::bad_relay, "Это не адрес узла связи. Он начинается с http:// или https://.",
     "This is not a relay's address. One begins with http:// or https://."},
    {ErrorCode::last_organizer,
     "Вы единственный организатор. Сначала назначьте организатором кого-то ещё, иначе группой некому будет "
     "управлять.",
     "You are the only organizer. First make somebody else organizer, or nobody can look after the group."},
    {ErrorCode::no_change, "Этого предложения больше нет.", "This proposed change is not there any more."},
    {ErrorCode::advisers_only, "Это могут только консультанты группы. Консультантов назначает организатор.",
     "Only the group's advisers may do this. An organizer names advisers."},
    {ErrorCode::no_article, "Такой памятки здесь нет.", "There is no such article here."},
    {ErrorCode::no_revision, "Такой редакции у памятки нет.", "The article has no such revision."},
    {ErrorCode::no_proposal, "Этого предложения больше нет.", "This proposed change is not there any more."},
    {ErrorCode::no_paper, "Такой бумаги в памятке нет.", "The article has no such paper."},
    {ErrorCode::article_withdrawn,
     "Памятка отозвана, и новых редакций у неё не будет. Опубликуйте другую памятку.",
     "The article is withdrawn and gets no new revisions. Publish another article."},
    {ErrorCode::bad_file, "Этот файл не читается: он неполный или это не файл программы.",
     "This file does not read: it is cut, or it is no file of this program."},
    {ErrorCode::bad_signature, "Подпись в файле неверна: его меняли. Ничего из него не взято.",
     "A signature in the file is wrong: the file was changed. Nothing was taken from it."},
    {ErrorCode::own_revision, "Свою редакцию подтвердить нельзя: это делает другой консультант.",
     "You cannot confirm your own revision: another adviser does that."},
    {ErrorCode::date_invalid, "Такого дня в календаре нет.", "There is no such day in the calendar."},
    {ErrorCode::paper_invalid,
     "В бумаге ошибка: у каждого {{поля}} в тексте должно быть описание, и ни одно имя не повторяется.",
     "The paper has a mistake: each {{field}} in its text needs a description, and no name twice."},
    {ErrorCode::too_many, "Слишком много частей для одной памятки. Разделите её.",
     "Too many parts for one article. Split it."},
    {ErrorCode::no_question, "Этого вопроса здесь нет.", "There is no such question here."},
    {ErrorCode::no_adviser,
     "В группе ещё нет консультантов, которые могли бы это прочитать. Спросите открыто или попросите "
     "организатора назначить консультанта.",
     "The group has no adviser yet who could read this. Ask in the open, or ask an organizer to name an "
     "adviser."},
    {ErrorCode::no_case, "Этого дела здесь нет: его убрали или оно из другой группы.",
     "This case is not here: it was erased, or belongs to another group."},
    {ErrorCode::no_report, "Такого сообщения с цифрами здесь нет.",
     "There is no such report of figures here."},
    {ErrorCode::no_roll, "Этого списка со звонка здесь нет.", "There is no such roll here."},
    {ErrorCode::no_double, "Эти два дела уже не предлагают соединить.",
     "These two cases are not offered as one any more."},
    {ErrorCode::figures_invalid,
     "Цифры не сходятся: нужна хотя бы одна, каждая не больше общего числа, и не раньше начала срока.",
     "The figures do not fit: at least one is needed, none over the number of all, within the period."},
    {ErrorCode::internal, "В программе ошибка. Ничего не потеряно; перезапустите её.",
     "The program has a fault. Nothing is lost; start it again."},
};

}  // namespace

std::string message_of(ErrorCode code, std::string_view language) {
  for (const Words& words : kWords) {
    if (words.code == code) return language == "ru" ? words.ru : words.en;
  }
  HW_ASSERT(false && "every code has words");
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
  using client::SealingError;
  using client::guidance::GuidanceRefusal;
  using client::questions::QuestionRefusal;
  using domain::cases::CaseError;
  using domain::guidance::GuidanceError;
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
      {error.is(ClientError::kLinkUsed), ErrorCode::link_used},
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

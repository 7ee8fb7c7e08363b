// What a refusal says, in the node's language.
#pragma once

#include <boost/describe.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace homeward::api {

// Spelled as the JSON spells them.
enum class ErrorCode {
  unknown_command,
  bad_arguments,
  locked,
  no_vault,
  vault_exists,
  wrong_passphrase,
  passphrase_empty,
  damaged,
  vault_in_use,
  too_new,
  disk_full,
  out_of_memory,
  no_group,
  no_request,
  no_invite,
  no_member,
  no_join,
  no_message,
  bad_link,
  link_expired,
  link_used,
  not_allowed,
  not_possible_now,
  already_done,
  text_too_long,
  text_empty,
  text_invalid,
  name_invalid,
  bad_relay,
  last_organizer,
  no_change,
  advisers_only,
  no_article,
  no_revision,
  no_proposal,
  no_paper,
  article_withdrawn,
  bad_file,
  bad_signature,
  own_revision,
  date_invalid,
  paper_invalid,
  too_many,
  no_question,
  no_adviser,
  no_case,
  no_report,
  no_roll,
  no_double,
  figures_invalid,
  internal
};
BOOST_DESCRIBE_ENUM(ErrorCode, unknown_command, bad_arguments, locked, no_vault, vault_exists,
                    wrong_passphrase, passphrase_empty, damaged, vault_in_use, too_new, disk_full,
                    out_of_memory, no_group, no_request, no_invite, no_member, no_join, no_message, bad_link,
                    link_expired, link_used, not_allowed, not_possible_now, already_done, text_too_long,
                    text_empty, text_invalid, name_invalid, bad_relay, last_organizer, no_change,
                    advisers_only, no_article, no_revision, no_proposal, no_paper, article_withdrawn,
                    bad_file, bad_signature, own_revision, date_invalid, paper_invalid, too_many, no_question,
                    no_adviser, no_case, no_report, no_roll, no_double, figures_invalid, internal)

// `language` is "ru"; everything else gets English.
std::string message_of(ErrorCode code, std::string_view language);
// For bad_arguments: which field, and what it takes.
std::string bad_arguments_message(std::string_view field, std::string_view takes, std::string_view language);
// The code that fits an error of the rooms below.
ErrorCode code_of(const Error& error);

}  // namespace homeward::api

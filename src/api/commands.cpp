// The one list of what a node can be asked.
#include "api/command_list.h"

namespace homeward::api {

CommandList::CommandList() {
  add<&Node::app_state>("app.state",
                        "Whether there is a vault and whether it is open; language; default relay.");
  add<&Node::set_language>("app.set_language", "Chooses \"ru\" or \"en\" for words and messages.");
  add<&Node::passphrase_strength>("passphrase.strength",
                                  "An honest estimate of how many guesses a passphrase costs.");
  add<&Node::vault_create>("vault.create", "Makes the vault of this home and opens it.");
  add<&Node::vault_unlock>("vault.unlock",
                           "Opens the vault; a wrong passphrase costs as much time as the right one.");
  add<&Node::vault_change_passphrase>("vault.change_passphrase", "Another passphrase for the open vault.");
  add<&Node::vault_lock>("vault.lock", "Closes the vault and wipes its keys from memory.");
  add<&Node::group_create>("group.create", "Starts a group of one.");
  add<&Node::group_list>("group.list", "All groups of this vault.");
  add<&Node::group_invite>("group.invite", "A link for one person, once, until its end date.");
  add<&Node::group_invites>("group.invites", "My invites in a group.");
  add<&Node::group_revoke_invite>("group.revoke_invite", "Makes an invite void.");
  add<&Node::group_join>("group.join", "Asks to join by a link.");
  add<&Node::group_joins>("group.joins", "My join requests.");
  add<&Node::group_cancel_join>("group.cancel_join", "Takes a join request back and erases it here.");
  add<&Node::group_requests>("group.requests", "Who asks to join a group.");
  add<&Node::group_propose>("group.propose",
                            "Proposes who came by my invite, once the four words were compared.");
  add<&Node::group_confirm>("group.confirm", "Vouches for a newcomer whom another member proposed.");
  add<&Node::group_decline>("group.decline", "Drops a request that came by my invite.");
  add<&Node::group_members>("group.members", "Who is in a group.");
  add<&Node::group_safety_words>("group.safety_words",
                                 "Eight words to compare with a member, by voice or in person.");
  add<&Node::group_remove>("group.remove", "Removes a person from a group.");
  add<&Node::group_approve_removal>("group.approve_removal",
                                    "One member's word that a person should go; enough of them remove her.");
  add<&Node::group_leave>("group.leave", "Leaves a group.");
  add<&Node::group_forget>("group.forget", "Erases a group that was left from this vault.");
  add<&Node::group_warnings>("group.warnings", "What went wrong in a group, newest first.");
  add_talk(*this);
  add_files(*this);
  add<&Node::talk_list>("talk.list", "Messages of a group, oldest first: the newest, or those before one.");
  add<&Node::talk_search>("talk.search", "Messages with these words, newest first.");
  add<&Node::talk_seen>("talk.seen", "All messages of a group were seen.");
  add<&Node::sync_status>("sync.status", "How the connections are and how many messages wait.");
  add<&Node::today_list>("today.list", "What needs the person now.");
  add_policy(*this);
  add_relays(*this);
  add_porch(*this);
  add_devices(*this);
  add_guidance(*this);
  add_questions(*this);
  add_cases(*this);
  add_rolls(*this);
  add_tallies(*this);
  add_figures(*this);
  add_bulletin(*this);
  add_losses(*this);
  collect<Notice>(interfaces);
}

const std::vector<Command>& commands() { return CommandList::get().list; }

std::string typescript() {
  std::string out = "// Generated from the node's list of commands by api_types; do not edit.\n\n";
  for (const auto& [name, text] : CommandList::get().interfaces) out += text + "\n";
  out += "export interface Commands {\n";
  for (const Command& command : commands()) {
    out += "  /** " + command.about + " */\n";
    out += "  \"" + command.name + "\": { args: " + command.args_type + "; result: " + command.result_type +
           " };\n";
  }
  std::string codes;
  for (const std::string_view name : error_names()) {
    codes += (codes.empty() ? "\"" : " | \"") + std::string(name) + "\"";
  }
  out += "}\n\nexport type ErrorCode = " + codes + ";\n";
  return out;
}

}  // namespace homeward::api

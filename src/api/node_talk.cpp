// Commands about talk: saying, editing, removing, signs, pins, drafts, how long it lives.
#include "api/command_list.h"
#include "api/parse.h"
#include "api/types_talk.h"

namespace homeward::api {
namespace {

using domain::talk::Sign;

group::EventId message_id(const std::string& text) {
  return parse_id<group::EventId>(text, ErrorCode::no_message);
}

std::vector<group::PersonId> persons(const std::vector<std::string>& members) {
  std::vector<group::PersonId> out;
  for (const std::string& member : members) out.push_back(person_id(member));
  return out;
}

NewMessage talk_post(Node& node, const PostArgs& args) {
  client::Saying saying{args.text, {}, {}};
  if (args.reply_to) saying.reply_to = message_id(*args.reply_to);
  if (args.mentions) saying.mentions = persons(*args.mentions);
  for (const std::string& file : args.files.value_or(std::vector<std::string>{}))
    saying.files.push_back(parse_id<domain::Ref>(file, ErrorCode::no_file));
  return {text_id(take(node.open_client().say(group_id(args.group), saying, node.now())))};
}

Nothing talk_edit(Node& node, const EditArgs& args) {
  take(node.open_client().edit(
      group_id(args.group), message_id(args.message),
      {args.text, {}, args.mentions ? persons(*args.mentions) : std::vector<group::PersonId>{}}, node.now()));
  return {};
}

Nothing talk_remove(Node& node, const MessageArgs& args) {
  take(node.open_client().remove_message(group_id(args.group), message_id(args.message), node.now()));
  return {};
}

Nothing talk_sign(Node& node, const SignArgs& args) {
  const Sign sign = args.sign ? static_cast<Sign>(static_cast<int>(*args.sign) + 1) : Sign::kNone;
  take(node.open_client().sign(group_id(args.group), message_id(args.message), sign, node.now()));
  return {};
}

Nothing talk_pin(Node& node, const MessageArgs& args) {
  take(node.open_client().pin(group_id(args.group), message_id(args.message), node.now()));
  return {};
}

Nothing talk_unpin(Node& node, const UnpinArgs& args) {
  take(node.open_client().unpin(group_id(args.group), person_id(args.author), message_id(args.pin),
                                node.now()));
  return {};
}

PinList talk_pinned(Node& node, const GroupArgs& args) {
  PinList out;
  for (const client::PinnedMessage& pin : node.open_client().pinned(node.find_group(args.group).id())) {
    PinItem item{text_id(pin.said_as),
                 text_id(pin.author),
                 pin.author_name,
                 pin.text,
                 pin.at.ms,
                 {text_id(pin.by), pin.by_name},
                 {},
                 pin.can_unpin};
    if (pin.message) item.message = text_id(*pin.message);
    out.pins.push_back(std::move(item));
  }
  return out;
}

Draft talk_draft(Node& node, const GroupArgs& args) {
  const client::TalkDraft draft = node.open_client().draft(node.find_group(args.group).id());
  Draft out{draft.text, {}};
  if (draft.reply_to) out.reply_to = text_id(*draft.reply_to);
  return out;
}

Nothing talk_set_draft(Node& node, const DraftArgs& args) {
  client::TalkDraft draft{args.text, {}};
  if (args.reply_to) draft.reply_to = message_id(*args.reply_to);
  take(node.open_client().set_draft(node.find_group(args.group).id(), draft));
  return {};
}

Keeping talk_keeping(Node& node, const GroupArgs& args) {
  const client::TalkKeeping keeping = node.open_client().talk_keeping(node.find_group(args.group).id());
  Keeping out{keeping.group, keeping.mine, keeping.days(), {}};
  if (keeping.closes.ms != 0) out.closes_at = keeping.closes.ms;
  return out;
}

Nothing talk_set_retention(Node& node, const RetentionArgs& args) {
  if (args.days > 36'500) throw BadField{"days", "0 (as the group) to 36500"};
  take(node.open_client().set_talk_keeping(group_id(args.group), static_cast<uint16_t>(args.days),
                                           node.now()));
  return {};
}

}  // namespace

void show_marks(const group::Group& group, const client::TalkMessage& message, MessageItem& item) {
  if (message.reply_to) {
    const client::TalkMessage::Answered& to = *message.reply_to;
    item.reply_to = AnsweredItem{{}, text_id(to.author), to.author_name, to.text, to.removed};
    if (to.message) item.reply_to->message = text_id(*to.message);
  }
  for (const group::PersonId& person : message.mentions) item.mentions.push_back(text_id(person));
  item.mentions_me = message.mentions_me;
  item.edited = message.edited;
  if (message.removed_by)
    item.removed_by = PersonItem{text_id(*message.removed_by), group.name_of(*message.removed_by)};
  for (const client::TalkMessage::Signed& one : message.signs) {
    SignItem sign{static_cast<SignName>(static_cast<int>(one.sign) - 1), one.mine, {}};
    for (const group::PersonId& person : one.by) sign.names.push_back(group.name_of(person));
    item.signs.push_back(std::move(sign));
  }
  for (const client::ShownFile& file : message.files) item.files.push_back(file_item(file));
  item.pinned = message.pinned;
  item.can_edit = message.can_edit;
  item.can_remove = message.can_remove;
  item.can_pin = message.can_pin;
}

void add_talk(CommandList& list) {
  list.add_function<&talk_post>("talk.post", "Writes a message; it goes out when the network is there.");
  list.add_function<&talk_edit>("talk.edit", "Changes the text of a message of mine; all see that it was.");
  list.add_function<&talk_remove>("talk.remove",
                                  "Removes a message for all: its author, an organizer. A trace stays.");
  list.add_function<&talk_sign>("talk.sign", "A sign to a message (thanks, I agree…), or none.");
  list.add_function<&talk_pin>("talk.pin", "Pins a message: an organizer or adviser.");
  list.add_function<&talk_unpin>("talk.unpin", "Takes a pin away: an organizer or adviser.");
  list.add_function<&talk_pinned>("talk.pinned", "What is pinned in a group; newcomers see it too.");
  list.add_function<&talk_draft>("talk.draft", "What was being written in a group.");
  list.add_function<&talk_set_draft>("talk.set_draft", "Keeps what is being written, in the vault only.");
  list.add_function<&talk_keeping>("talk.keeping", "For how many days talk lives here; 0 is forever.");
  list.add_function<&talk_set_retention>("talk.set_retention",
                                         "Keeps talk on this device for fewer days than the group does.");
}

}  // namespace homeward::api

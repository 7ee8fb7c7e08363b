// The machinery of the one list of commands: a command is a function with described structs in and out; its
// JSON, its checks and its TypeScript follow from them. commands.cpp holds the list; a feature registers its
// own commands in its file (`add_…` below).
#pragma once

#include <map>

#include "api/node.h"

namespace homeward::api {

struct CommandList {
  // Every interface that a type needs, by name.
  template <class T>
  static void collect(std::map<std::string, std::string>& out) {
    if constexpr (IsOptional<T>::value || IsVector<T>::value) {
      collect<typename T::value_type>(out);
    } else if constexpr (std::is_class_v<T> && !std::is_same_v<T, std::string>) {
      if (!out.emplace(T::kName, interface_of<T>()).second) return;
      boost::mp11::mp_for_each<Members<T>>(
          [&](auto d) { collect<std::remove_cvref_t<decltype(std::declval<T>().*d.pointer)>>(out); });
    }
  }

  template <auto kMethod, class Args, class Answer>
  static json::value run(Node& node, const json::value& in) {
    Args args{};
    from_json(in, "", args);
    return to_json((node.*kMethod)(args));
  }

  template <auto kFunction, class Args, class Answer>
  static json::value run_function(Node& node, const json::value& in) {
    Args args{};
    from_json(in, "", args);
    return to_json(kFunction(node, args));
  }

  template <auto kMethod, class Args, class Answer>
  void add_typed(const char* name, const char* about) {
    collect<Args>(interfaces);
    collect<Answer>(interfaces);
    list.push_back({name, about, Args::kName, Answer::kName, &run<kMethod, Args, Answer>});
  }
  template <auto kMethod>
  void add(const char* name, const char* about) {
    add_method<kMethod>(kMethod, name, about);
  }
  template <auto kMethod, class Args, class Answer>
  void add_method(Answer (Node::*)(const Args&), const char* name, const char* about) {
    add_typed<kMethod, Args, Answer>(name, about);
  }
  // A command that is a function of its feature's file: `Answer f(Node& node, const Args& args)`.
  template <auto kFunction>
  void add_function(const char* name, const char* about) {
    add_free<kFunction>(kFunction, name, about);
  }
  template <auto kFunction, class Args, class Answer>
  void add_free(Answer (*)(Node&, const Args&), const char* name, const char* about) {
    collect<Args>(interfaces);
    collect<Answer>(interfaces);
    list.push_back({name, about, Args::kName, Answer::kName, &run_function<kFunction, Args, Answer>});
  }

  CommandList();
  static const CommandList& get() {
    static const CommandList all;
    return all;
  }

  std::vector<Command> list;
  std::map<std::string, std::string> interfaces;
};

// Of node_guidance.cpp, node_questions.cpp, node_cases.cpp, node_rolls.cpp and node_tallies.cpp.
void add_policy(CommandList& list);
void add_devices(CommandList& list);
void add_relays(CommandList& list);
void add_talk(CommandList& list);
void add_porch(CommandList& list);
void add_files(CommandList& list);
void add_guidance(CommandList& list);
void add_questions(CommandList& list);
void add_cases(CommandList& list);
void add_rolls(CommandList& list);
void add_tallies(CommandList& list);
void add_figures(CommandList& list);
void add_bulletin(CommandList& list);
void add_losses(CommandList& list);

// What of a group needs the person now, for Today; each in its feature's file.
FileItem file_item(const client::ShownFile& shown);
// Of node_talk.cpp: everything of a message but who, when and what.
void show_marks(const group::Group& group, const client::TalkMessage& message, MessageItem& item);
void today_policy(Node& node, const client::GroupSummary& group, TodayList& out);
void today_relays(Node& node, const client::GroupSummary& group, TodayList& out);
void today_porch(Node& node, const client::GroupSummary& group, TodayList& out);
void today_guidance(Node& node, const client::GroupSummary& group, TodayList& out);
void today_questions(Node& node, const client::GroupSummary& group, TodayList& out);
void today_cases(Node& node, const client::GroupSummary& group, TodayList& out);

}  // namespace homeward::api

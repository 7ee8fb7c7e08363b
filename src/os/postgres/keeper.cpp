#include "os/postgres/keeper.h"

#include <algorithm>
#include <chrono>

namespace homeward::os::postgres {

int64_t day_now() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::hours>(now).count() / 24;
}

namespace {

constexpr int64_t kDaysAhead = 2;
struct Day {
  int64_t day = 0;
  bool is_part = false;     // of the table
  bool is_leaving = false;  // a detach was cut short
};

std::string name_of(const std::string& table, int64_t day) { return table + "_d" + std::to_string(day); }

// The tables of days that there are, oldest first.
std::string look(PGconn* connection, const std::string& table, std::vector<Day>& out) {
  const std::string start = std::to_string(table.size() + 3);
  const TextRows rows =
      ask(connection, "select substr(c.relname, " + start +
                          ")::bigint as day, i.inhrelid is not null,"
                          "  coalesce(i.inhdetachpending, false)"
                          " from pg_class c left join pg_inherits i on i.inhrelid = c.oid"
                          " where c.relkind = 'r' and c.relname ~ '^" +
                          table +
                          "_d[0-9]{1,9}$'"
                          "  and c.relnamespace = (select relnamespace from pg_class where oid = '" +
                          table +
                          "'::regclass)"
                          " order by day");
  if (rows == nullptr) return "the days of the store cannot be listed";
  for (int row = 0; row < PQntuples(rows.get()); ++row) {
    out.push_back({.day = std::stoll(PQgetvalue(rows.get(), row, 0)),
                   .is_part = *PQgetvalue(rows.get(), row, 1) == 't',
                   .is_leaving = *PQgetvalue(rows.get(), row, 2) == 't'});
  }
  return {};
}

// Attaching a table takes a lock that appends do not mind; creating it as a partition would not.
std::string add(PGconn* connection, const std::string& table, int64_t day, bool exists) {
  const std::string name = name_of(table, day);
  const std::string from = std::to_string(day);
  const std::string create =
      "create table " + name + " (like " + table + " including all, check (day = " + from + "))";
  const std::string attach = "alter table " + table + " attach partition " + name + " for values from (" +
                             from + ") to (" + std::to_string(day + 1) + ")";
  const bool is_done = (exists || run(connection, create.c_str())) && run(connection, attach.c_str());
  return is_done ? std::string() : "a day cannot be added to the store";
}

std::string remove(PGconn* connection, const std::string& table, const Day& day) {
  const std::string name = name_of(table, day.day);
  const std::string detach =
      "alter table " + table + " detach partition " + name + (day.is_leaving ? " finalize" : " concurrently");
  const std::string drop = "drop table " + name;
  const bool is_done = (!day.is_part || run(connection, detach.c_str())) && run(connection, drop.c_str());
  return is_done ? std::string() : "a day cannot be taken from the store";
}

std::string add_days(PGconn* connection, const std::string& table, int64_t first, int64_t last) {
  std::vector<Day> days;
  if (std::string problem = look(connection, table, days); !problem.empty()) return problem;
  for (int64_t day = first; day <= last; ++day) {
    const auto found = std::ranges::find(days, day, &Day::day);
    if (found != days.end() && found->is_part) continue;
    if (std::string problem = add(connection, table, day, found != days.end()); !problem.empty())
      return problem;
  }
  return {};
}

// Drops the days before `first`.
std::string remove_days(PGconn* connection, const std::string& table, int64_t first) {
  std::vector<Day> days;
  if (std::string problem = look(connection, table, days); !problem.empty()) return problem;
  for (const Day& day : days) {
    if (day.day >= first && !day.is_leaving) continue;
    if (std::string problem = remove(connection, table, day); !problem.empty()) return problem;
  }
  return {};
}

// Deletes the rows of `table` whose `day_column` is before `day`, some at a time.
std::string forget(PGconn* connection, const std::string& table, const std::string& key,
                   const std::string& day_column, int64_t day) {
  const std::string old = day_column + " < " + std::to_string(day);
  const std::string sql = "delete from " + table + " where " + old + " and " + key + " in (select " + key +
                          " from " + table + " where " + old + " limit 2000)";
  for (;;) {
    const TextRows deleted(PQexec(connection, sql.c_str()));
    if (PQresultStatus(deleted.get()) != PGRES_COMMAND_OK) return "what has ended cannot be forgotten";
    if (std::string_view(PQcmdTuples(deleted.get())) == "0") return {};
  }
}

bool lock(PGconn* connection, const char* sql) {
  const TextRows locked = ask(connection, sql);
  return locked != nullptr && *PQgetvalue(locked.get(), 0, 0) != 'f';
}

std::string keep_days(PGconn* connection, const Keeping& keeping) {
  const TextRows row = ask(connection, "select relay_today()");
  if (row == nullptr) return "the cluster does not say what day it is";
  const int64_t today = keeping.day < 0 ? std::stoll(PQgetvalue(row.get(), 0, 0)) : keeping.day;
  const int64_t retention = keeping.retention_days;

  // Days are added by one relay after the other, quickly; taken away by one while the others go on.
  if (!lock(connection, "select pg_advisory_lock(1752132965, 4)")) return "the cluster does not answer";
  std::string problem = add_days(connection, "relay_entries", today, today + kDaysAhead);
  if (problem.empty()) {
    problem = add_days(connection, "relay_chunks", today, today + retention + kDaysAhead);
  }
  run(connection, "select pg_advisory_unlock(1752132965, 4)");
  if (!problem.empty() || !lock(connection, "select pg_try_advisory_lock(1752132965, 3)")) return problem;

  const int64_t agreed = std::min(today, keeping.latest_day);
  problem = remove_days(connection, "relay_entries", agreed - retention);
  if (problem.empty()) problem = remove_days(connection, "relay_chunks", agreed);
  if (problem.empty()) problem = forget(connection, "relay_blobs", "blob", "day", agreed);
  if (problem.empty()) {
    problem = forget(connection, "relay_queues", "queue", "last_day", agreed - kRememberEnd_days);
  }
  return problem;
}

}  // namespace

Kept keep(const Target& target, const Keeping& keeping) {
  Kept out;
  const Attempt attempt = connect(target, prepare_keeper(target.is_alone));
  if (attempt.connected == nullptr) return {.problem = attempt.problem};
  PGconn* connection = attempt.connected.get();
  out.problem = keep_days(connection, keeping);
  const TextRows size = ask(connection,
                            "select coalesce(sum(pg_relation_size(c.oid) + "
                            "coalesce(pg_relation_size(nullif(c.reltoastrelid, 0)), 0)), 0)"
                            " from pg_inherits i join pg_class c on c.oid = i.inhrelid"
                            " where i.inhparent in ('relay_entries'::regclass, 'relay_chunks'::regclass)");
  if (size != nullptr) out.stored_bytes = std::stoull(PQgetvalue(size.get(), 0, 0));
  return out;
}

}  // namespace homeward::os::postgres

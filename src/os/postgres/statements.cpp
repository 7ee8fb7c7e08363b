#include "os/postgres/statements.h"

namespace homeward::os::postgres {

namespace {

// The advisory locks are of no meaning outside: 0x686f6d65 is "home".
constexpr const char* kSchema = R"sql(
begin;
select pg_advisory_xact_lock(1752132965, 1);
create table if not exists relay_store (
  version bigint not null,
  cluster text not null,
  generation bigint not null,
  stores text not null,
  since_day bigint not null
);
insert into relay_store
  select 1, replace(gen_random_uuid()::text, '-', ''), 0, '', 0 where not exists (select from relay_store);
create table if not exists relay_queues (
  queue bytea primary key,
  last bigint not null,
  first_day int not null,
  last_day int not null
) with (fillfactor = 70);
create index if not exists relay_queues_last_day on relay_queues (last_day);
create table if not exists relay_entries (
  queue bytea not null,
  number bigint not null,
  day int not null,
  hash bigint not null,
  body bytea not null,
  primary key (queue, number, day)
) partition by range (day);
alter table relay_entries alter column body set storage external;
create index if not exists relay_entries_hash on relay_entries (hash);

create table if not exists relay_blobs (
  blob bytea primary key,
  chunks int not null,
  day int not null
);
create index if not exists relay_blobs_day on relay_blobs (day);
create table if not exists relay_chunks (
  blob bytea not null,
  place int not null,
  day int not null,
  body bytea not null,
  primary key (blob, place, day)
) partition by range (day);
alter table relay_chunks alter column body set storage external;

create or replace function relay_today() returns int language sql volatile as
  $f$ select floor(extract(epoch from clock_timestamp()) / 86400)::int $f$;

create or replace function relay_append(
  of_queue bytea, of_day int, hashes bigint[], bodies bytea[], creator int, most bigint, of_generation bigint,
  is_alone boolean)
returns table (result int, at_number bigint) language plpgsql as $f$
declare
  so_far bigint;
  since int;
  latest int;
  today int := case when of_day < 0 then relay_today() else of_day end;
  is_new boolean := false;
  stored boolean := false;
begin
  if not is_alone and current_setting('synchronous_standby_names') = '' then
    raise exception using errcode = 'HW001', message = 'no synchronous standby';
  end if;
  select s.last, s.first_day, s.last_day into so_far, since, latest
    from relay_queues s where s.queue = of_queue for update;
  if not found and creator > 0 then
    perform pg_advisory_xact_lock_shared(1752132965, 2);
    if not exists (select from relay_store s where s.generation = of_generation) then
      raise exception using errcode = 'HW002', message = 'other stores';
    end if;
    insert into relay_queues values (of_queue, 0, today, today) on conflict do nothing;
    select s.last, s.first_day, s.last_day into so_far, since, latest
      from relay_queues s where s.queue = of_queue for update;
    is_new := so_far = 0;
  end if;
  latest := greatest(latest, today);
  for i in 1 .. cardinality(hashes) loop
    at_number := 0;
    if so_far is null or (is_new and i < creator) then
      result := 4;
      return next;
      continue;
    end if;
    select e.number into at_number from relay_entries e
      where e.hash = hashes[i] and e.queue = of_queue and e.day between since and latest and e.body = bodies[i]
      limit 1;
    if at_number is not null then
      result := 2;
    elsif so_far >= most then
      result := 3;
      at_number := 0;
    else
      result := case when so_far = 0 then 5 else 1 end;
      so_far := so_far + 1;
      at_number := so_far;
      stored := true;
      insert into relay_entries values (of_queue, so_far, latest, hashes[i], bodies[i]);
    end if;
    return next;
  end loop;
  if stored then
    update relay_queues s set last = so_far, last_day = latest where s.queue = of_queue;
  end if;
end $f$;

create or replace function relay_put(
  of_blob bytea, of_day int, at_place int, of_chunks int, for_days int, of_body bytea, may_create boolean,
  of_generation bigint, is_alone boolean)
returns table (result int, end_day int) language plpgsql as $f$
declare
  today int := case when of_day < 0 then relay_today() else of_day end;
  there int;
  is_new boolean := false;
begin
  if not is_alone and current_setting('synchronous_standby_names') = '' then
    raise exception using errcode = 'HW001', message = 'no synchronous standby';
  end if;
  select b.chunks, b.day into there, end_day from relay_blobs b where b.blob = of_blob for update;
  if not found or end_day < today then
    if not may_create then
      result := 4;
      return next;
      return;
    end if;
    perform pg_advisory_xact_lock_shared(1752132965, 2);
    if not exists (select from relay_store s where s.generation = of_generation) then
      raise exception using errcode = 'HW002', message = 'other stores';
    end if;
    insert into relay_blobs as b values (of_blob, of_chunks, today + for_days)
      on conflict (blob) do update set chunks = excluded.chunks, day = excluded.day where b.day < today;
    is_new := found;
    select b.chunks, b.day into there, end_day from relay_blobs b where b.blob = of_blob for update;
  end if;
  if there <> of_chunks then
    result := 6;
    return next;
    return;
  end if;
  insert into relay_chunks values (of_blob, at_place, end_day, of_body) on conflict do nothing;
  if found then
    result := case when is_new then 5 else 1 end;
  else
    select case when c.body = of_body then 2 else 6 end into result
      from relay_chunks c where c.blob = of_blob and c.place = at_place and c.day = end_day;
  end if;
  return next;
end $f$;
commit;
)sql";

// A run of statements, the first that fails named by what it was for.
std::string prepare_all(PGconn* connection,
                        std::initializer_list<std::pair<const char*, const char*>> statements) {
  for (const auto& [name, sql] : statements) {
    const TextRows prepared(PQprepare(connection, name, sql, 0, nullptr));
    if (PQresultStatus(prepared.get()) != PGRES_COMMAND_OK) return "the cluster does not take a statement";
  }
  return {};
}

// Nothing is confirmed before the standby shows it, whatever the cluster's own setting is; a wait for that is
// not cut short by a timeout; and plans are made once.
std::string set_up(PGconn* connection, bool is_alone) {
  const bool is_set =
      run(connection, "set synchronous_commit = remote_apply") &&
      run(connection, "set statement_timeout = 0") && run(connection, "set lock_timeout = 0") &&
      run(connection, "set idle_in_transaction_session_timeout = '20s'") &&
      run(connection, "set default_transaction_isolation = 'read committed'") &&
      run(connection, "set plan_cache_mode = force_generic_plan") && run(connection, "set jit = off");
  if (!is_set) return "the cluster does not take the session's settings";
  const TextRows names = ask(connection, "select current_setting('synchronous_standby_names')");
  if (names == nullptr) return "the cluster does not say whether it has a standby";
  if (!is_alone && std::string_view(PQgetvalue(names.get(), 0, 0)).empty()) {
    return "the cluster has no synchronous standby (synchronous_standby_names is empty): what it confirms "
           "would be lost with its one machine. Give it one, or say --store-alone to accept that";
  }
  return {};
}

}  // namespace

bool run(PGconn* connection, const char* sql) {
  const TextRows result(PQexec(connection, sql));
  const ExecStatusType status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

TextRows ask(PGconn* connection, const std::string& sql) {
  TextRows result(PQexec(connection, sql.c_str()));
  if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) return nullptr;
  return result;
}

std::string make_schema(PGconn* connection) {
  const TextRows there = ask(connection, "select to_regclass('relay_store') is not null");
  if (there == nullptr) return "the cluster does not answer";
  if (std::string_view(PQgetvalue(there.get(), 0, 0)) != "t" && !run(connection, kSchema)) {
    return "the tables cannot be made: the user must be allowed to create tables in its schema";
  }
  const TextRows version = ask(connection, "select version from relay_store");
  if (version == nullptr || PQntuples(version.get()) != 1)
    return "the tables of this database are not a relay's";
  if (std::stoll(PQgetvalue(version.get(), 0, 0)) > kSchemaVersion) {
    return "the tables were made by a later version of this program";
  }
  return {};
}

std::string read_identity(PGconn* connection, Identity& out) {
  const TextRows row = ask(connection, "select cluster, generation, stores, since_day from relay_store");
  if (row == nullptr || PQntuples(row.get()) != 1) return "the tables of this database are not a relay's";
  out.id = PQgetvalue(row.get(), 0, 0);
  out.generation = std::stoll(PQgetvalue(row.get(), 0, 1));
  out.stores = PQgetvalue(row.get(), 0, 2);
  out.since_day = std::stoll(PQgetvalue(row.get(), 0, 3));
  return {};
}

std::string write_identity(PGconn* connection, const Identity& identity) {
  const std::string generation = std::to_string(identity.generation);
  const std::string since_day = std::to_string(identity.since_day);
  const char* const values[] = {generation.c_str(), identity.stores.c_str(), since_day.c_str()};
  // Waits until nobody is in the middle of creating a queue.
  bool is_done = run(connection, "begin") && run(connection, "select pg_advisory_xact_lock(1752132965, 2)");
  if (is_done) {
    const TextRows set(PQexecParams(connection,
                                    "update relay_store set generation = $1, stores = $2, since_day = $3", 3,
                                    nullptr, values, nullptr, nullptr, 0));
    is_done = PQresultStatus(set.get()) == PGRES_COMMAND_OK && run(connection, "commit");
  }
  return is_done ? std::string() : "the list of stores cannot be written to a cluster";
}

Prepare prepare_writer(bool is_alone) {
  return [is_alone](PGconn* connection) {
    if (std::string problem = set_up(connection, is_alone); !problem.empty()) return problem;
    return prepare_all(
        connection,
        {{kAppend,
          "select result, at_number from relay_append($1::bytea, $2::int, $3::bigint[], $4::bytea[], "
          "$5::int, $6::bigint, $7::bigint, $8::boolean)"},
         {kPut,
          "select result, end_day from relay_put($1::bytea, $2::int, $3::int, $4::int, $5::int, "
          "$6::bytea, $7::boolean, $8::bigint, $9::boolean)"}});
  };
}

Prepare prepare_reader(bool is_alone) {
  return [is_alone](PGconn* connection) {
    if (std::string problem = set_up(connection, is_alone); !problem.empty()) return problem;
    if (!run(connection, "select pg_logical_emit_message(true, 'homeward-relay', '')")) {
      return std::string("the cluster does not confirm what it shows");
    }
    return prepare_all(connection,
                       {{kLast, "select last from relay_queues where queue = $1::bytea"},
                        {kPage,
                         "select number, body from ("
                         "  select number, body, octet_length(body) as size,"
                         "    sum(octet_length(body)) over (order by number) as total"
                         "  from (select number, body from relay_entries where queue = $1::bytea"
                         "    and number > $2::bigint"
                         "    and day >= (select first_day from relay_queues where queue = $1::bytea)"
                         "    and day <= (select last_day from relay_queues where queue = $1::bytea)"
                         "    order by number limit $4::bigint) as first"
                         ") as page where total <= $3::bigint or total = size order by number"},
                        {kBlob,
                         "select chunks, day from relay_blobs where blob = $1::bytea"
                         "  and day >= case when $2::int < 0 then relay_today() else $2::int end"},
                        {kPlaces,
                         "select place from relay_chunks where blob = $1::bytea"
                         "  and day = (select day from relay_blobs where blob = $1::bytea)"},
                        {kChunk,
                         "select body from relay_chunks where blob = $1::bytea and place = $3::int"
                         "  and day = (select day from relay_blobs where blob = $1::bytea"
                         "    and day >= case when $2::int < 0 then relay_today() else $2::int end)"}});
  };
}

Prepare prepare_listener() {
  return [](PGconn* connection) {
    // News may be lost: whoever misses it looks by himself.
    const bool is_set =
        run(connection, "set synchronous_commit = off") && run(connection, "listen homeward_relay");
    if (!is_set) return std::string("the cluster has no LISTEN");
    return prepare_all(connection, {{kNotify, "select pg_notify('homeward_relay', $1::text)"}});
  };
}

Prepare prepare_keeper(bool is_alone) {
  return [is_alone](PGconn* connection) { return set_up(connection, is_alone); };
}

}  // namespace homeward::os::postgres

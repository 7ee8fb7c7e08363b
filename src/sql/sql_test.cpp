#include "sql/sql.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace homeward::sql {
namespace {

class SqlTest : public testing::Test {
 protected:
  SqlTest()
      : folder_(std::filesystem::temp_directory_path() / ("homeward_sql_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  ~SqlTest() override { std::filesystem::remove_all(folder_); }
  std::string path(const char* name) const { return (folder_ / name).string(); }

 private:
  std::filesystem::path folder_;
};

TEST_F(SqlTest, BindsAndReadsEveryKindOfValue) {
  auto db = Database::open(":memory:", {});
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE(db->run("CREATE TABLE t(id INTEGER PRIMARY KEY, body BLOB, name TEXT)").ok());
  auto insert = db->prepare("INSERT INTO t(id, body, name) VALUES (?1, ?2, ?3)");
  ASSERT_TRUE(insert.ok());
  const Bytes body = {0, 1, 255};
  ASSERT_TRUE(insert->reset().bind(1, 7).bind(2, BytesView(body)).bind_text(3, "Алтын").run().ok());
  ASSERT_TRUE(insert->bind(1, 8).bind(2, BytesView{}).bind_null(3).run().ok());
  EXPECT_EQ(db->last_row_id(), 8);

  auto select = db->prepare("SELECT id, body, name FROM t ORDER BY id");
  ASSERT_TRUE(select.ok());
  ASSERT_TRUE(*select->step());
  EXPECT_EQ(select->number(0), 7);
  EXPECT_TRUE(equal(select->bytes(1), body));
  EXPECT_EQ(select->text(2), "Алтын");
  ASSERT_TRUE(*select->step());
  EXPECT_FALSE(select->is_null(1));  // an empty blob is not NULL
  EXPECT_TRUE(select->bytes(1).empty());
  EXPECT_TRUE(select->is_null(2));
  EXPECT_FALSE(*select->step());
  EXPECT_EQ(*db->number("SELECT count(*) FROM t"), 2);
  EXPECT_EQ(*db->number("SELECT id FROM t WHERE id = 99"), std::nullopt);
}

TEST_F(SqlTest, ErrorsAreValues) {
  EXPECT_TRUE(Database::open(path("none/there"), {}).error().is(SqlError::kCannotOpen));
  auto db = Database::open(path("db"), {});
  ASSERT_TRUE(db.ok());
  EXPECT_TRUE(db->run("NONSENSE").error().is(SqlError::kOther));
  ASSERT_TRUE(db->run("CREATE TABLE t(id INTEGER PRIMARY KEY)").ok());
  auto insert = db->prepare("INSERT INTO t VALUES (?1)");
  ASSERT_TRUE(insert.ok());
  ASSERT_TRUE(insert->bind(1, 1).run().ok());
  EXPECT_TRUE(insert->bind(1, 1).run().error().is(SqlError::kConstraint));
  ASSERT_TRUE(insert->bind(1, 2).run().ok());  // usable after an error
  EXPECT_TRUE(insert->bind(9, 2).run().error().is(SqlError::kOther));

  auto holder = Transaction::begin(*db);
  ASSERT_TRUE(holder.ok());
  auto other = Database::open(path("db"), {});
  ASSERT_TRUE(other.ok());
  EXPECT_TRUE(Transaction::begin(*other).error().is(SqlError::kInUse));

  std::ofstream(path("junk")) << std::string(4096, 'x');
  auto junk = Database::open(path("junk"), {});
  ASSERT_TRUE(junk.ok());
  EXPECT_TRUE(junk->number("SELECT count(*) FROM sqlite_schema").error().is(SqlError::kDamaged));
}

TEST_F(SqlTest, FullDiskFailsTheCommitAndChangesNothing) {
  auto db = Database::open(path("db"), {});
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE(db->run("CREATE TABLE t(body BLOB); PRAGMA max_page_count = 20").ok());
  auto transaction = Transaction::begin(*db);
  ASSERT_TRUE(transaction.ok());
  ASSERT_TRUE(db->run("INSERT INTO t VALUES (zeroblob(10))").ok());
  EXPECT_TRUE(db->run("INSERT INTO t VALUES (zeroblob(1000000))").error().is(SqlError::kDiskFull));
  transaction->rollback();
  EXPECT_EQ(*db->number("SELECT count(*) FROM t"), 0);
}

TEST_F(SqlTest, TransactionsRollBackUnlessCommitted) {
  auto db = Database::open(path("db"), {});
  ASSERT_TRUE(db.ok());
  ASSERT_TRUE(db->run("CREATE TABLE t(id INTEGER)").ok());
  {
    auto transaction = Transaction::begin(*db);
    ASSERT_TRUE(transaction.ok());
    ASSERT_TRUE(db->run("INSERT INTO t VALUES (1)").ok());
    EXPECT_TRUE(db->in_transaction());
  }
  EXPECT_FALSE(db->in_transaction());
  EXPECT_EQ(*db->number("SELECT count(*) FROM t"), 0);
  auto transaction = Transaction::begin(*db);
  ASSERT_TRUE(transaction.ok());
  ASSERT_TRUE(db->run("INSERT INTO t VALUES (1)").ok());
  ASSERT_TRUE(transaction->commit().ok());
  EXPECT_EQ(*db->number("SELECT count(*) FROM t"), 1);
}

}  // namespace
}  // namespace homeward::sql

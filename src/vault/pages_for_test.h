// For tests: what a vault's file holds once its pages are decrypted, free pages included. A text that was
// erased must not be found in it after a checkpoint.
#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>

#include "sql/sql.h"
#include "vault/slots.h"

namespace homeward {

// The vault must be closed.
inline Bytes plain_pages(const VaultFiles& files, std::string_view passphrase, const PassphraseCost& cost) {
  const auto payload = vault::open_slots(files, view_of(passphrase), cost);
  const std::string vfs = std::string("multipleciphers-") + files.vfs;
  auto database = sql::Database::open(files.folder + (payload->file == 0 ? "/a" : "/b"),
                                      {.create = false, .vfs = vfs.c_str()});
  sqlite3mc_config(database->handle(), "cipher", 3);
  sqlite3mc_config_cipher(database->handle(), "chacha20", "legacy", 1);
  Bytes key = copy_of(view_of("raw:"));
  append(key, payload->key.view());
  EXPECT_EQ(sqlite3_key_v2(database->handle(), "main", key.data(), static_cast<int>(key.size())), SQLITE_OK);
  EXPECT_TRUE(database->run("PRAGMA locking_mode=EXCLUSIVE").ok());
  Bytes out;
  auto pages = database->prepare("SELECT data FROM sqlite_dbpage");
  EXPECT_TRUE(pages.ok());
  while (*pages->step()) append(out, pages->bytes(0));
  return out;
}

inline bool contains(BytesView text, BytesView part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end()) != text.end();
}

}  // namespace homeward

#include <algorithm>
#include <string>
#include <string_view>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/storage/stored.h"
#include "tests/testing/directory_image.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr size_t kFooterSize = 53;
char ChecksumType(std::string_view table) { return table[table.size() - kFooterSize]; }

// A directory whose checkpoint is in one table, and that table.
class TableCheck : public testing::Test {
 protected:
  TableCheck() {
    StoredDirectory directory;
    OpenStore(directory.path());  // moves the WAL into a table
    image_ = ReadImage(directory.path());
    name_ = NamesWith(image_, ".sst").at(0);
  }

  std::string& table() { return image_[name_]; }
  // The range of the properties and their checksum. The metaindex follows; its only key is that of the properties.
  size_t properties_begin() { return table().find("rocksdb.block.based.table.index.type") - 3; }
  size_t properties_end() { return table().rfind("rocksdb.properties") - 3; }

  absl::Status Load() {
    WriteImage(image_, directory_.path());
    return tally::Load(directory_.path()).status();
  }
  absl::Status Read() {
    WriteImage(image_, directory_.path());
    return ReadCheckpoint(directory_.path(), nullptr).status();
  }
  void ExpectRefused(const absl::Status& status) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("damaged: " + directory_ / name_));
  }

  Image image_;
  std::string name_;
  TempDir directory_;
};

TEST_F(TableCheck, AcceptsAnUndamagedTable) {
  EXPECT_TRUE(Read().ok());
  EXPECT_TRUE(Load().ok());
}

TEST_F(TableCheck, RefusesDamageToAnyByteOfTheProperties) {
  ASSERT_LT(properties_begin() + 500, properties_end());
  ASSERT_LT(properties_end(), table().size());
  const size_t begin = properties_begin(), end = properties_end();
  for (size_t at = begin; at < end && !HasFailure(); ++at) {
    SCOPED_TRACE(Cat("at ", at, ", in ", begin, " to ", end));
    const char undamaged = table()[at];
    table()[at] = static_cast<char>(undamaged ^ 0x80);
    ExpectRefused(Load());
    ExpectRefused(Read());
    table()[at] = undamaged;
  }
}

// Simulates a lost sector.
TEST_F(TableCheck, RefusesPropertiesThatEndInZeros) {
  const size_t end = properties_end();
  const std::string whole = table();
  for (size_t at = properties_begin(); at < end && !HasFailure(); at += 17) {
    SCOPED_TRACE(at);
    table() = whole;
    std::fill(table().begin() + at, table().begin() + end, '\0');
    ExpectRefused(Load());
    ExpectRefused(Read());
  }
}

TEST_F(TableCheck, RefusesATableWithoutChecksums) {
  ASSERT_EQ(ChecksumType(table()), 1) << "CRC-32C";
  table()[table().size() - kFooterSize] = 0;
  ExpectRefused(Load());
  ExpectRefused(Read());
}

TEST_F(TableCheck, RefusesATableThatEndsEarlyOrClaimsToBeLonger) {
  const std::string whole = table();
  for (size_t size = 0; size < whole.size(); size += 1 + size / 8) {
    SCOPED_TRACE(size);
    table() = whole.substr(0, size);
    ExpectRefused(Read());
  }
  table() = whole;
  std::fill(table().end() - 52, table().end() - 12, '\xff');  // the locations of metaindex and index
  ExpectRefused(Read());
  table() = whole;
  table().replace(table().size() - 52, 4, "\xf0\xff\xff\x0f");  // an offset
  ExpectRefused(Read());
}

// A crash can leave a table that was never used.
TEST_F(TableCheck, IgnoresATableThatIsNotUsed) {
  std::string& other = image_["000999.sst"] = table();
  other[properties_begin() + 100] ^= 1;
  EXPECT_TRUE(Read().ok());
  EXPECT_TRUE(Load().ok());
}

TEST_F(TableCheck, AcceptsATableWithOtherChecksums) {
  WriteImage(image_, directory_.path());
  RawDatabase(directory_.path()).Put(MetricKey("all"), MetricValue({Minute::Min(), ""}));
  RawDatabase(directory_.path()).rows();  // moves the WAL into a table, as RocksDB does
  const Image image = ReadImage(directory_.path());
  const std::string& theirs = image.at(NamesWith(image, ".sst").back());
  ASSERT_NE(ChecksumType(theirs), ChecksumType(table()));
  EXPECT_TRUE(ReadCheckpoint(directory_.path(), nullptr).ok());
  EXPECT_TRUE(tally::Load(directory_.path()).ok());
}

}  // namespace
}  // namespace tally

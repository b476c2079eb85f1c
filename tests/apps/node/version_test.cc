// A directory of a version that this release does not know: the message of a node, and the effect of a recount.
#include <memory>
#include <string>
#include <vector>

#include "apps/system_clock.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/apps/kafka/feed.h"
#include "tests/storage/stored.h"
#include "tests/testing/node_in_test.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// A directory as a later release may leave it.
class FutureDirectory : public StoredDirectory {
 public:
  FutureDirectory() {
    RawDatabase raw(path());
    for (const auto& [key, value] : raw.rows()) raw.Delete(key);
    raw.Put(HeaderKey(), "\x07 and the contents of that version");
    raw.Put("z", "a row of its own");
  }
};

TEST(FutureVersion, IsRefusedWithExit3AndBothVersions) {
  FutureDirectory directory;
  const Rows before = RawDatabase(directory.path()).rows();
  const std::vector<std::string> commands[] = {
      {TALLYD_BINARY, "dump", directory.path()},
      {TALLYD_BINARY, "serve", "--brokers", "127.0.0.1:1", "--topics", "mw", "--data", directory.path(), "--listen",
       "127.0.0.1:0", "--http", "127.0.0.1:0"}};
  for (const auto& command : commands) {
    auto run = RunToEnd(command, kPatience);
    ASSERT_TRUE(run.ok()) << run.status();
    EXPECT_EQ(run->status, 3) << run->err;
    EXPECT_EQ(run->out, "");
    EXPECT_THAT(
        run->err,
        AllOf(HasSubstr(directory.path()),
              HasSubstr(Cat("it has format version 7, and the newest that this release can read is ", kFormatVersion)),
              HasSubstr("serve --recount")));
  }
  EXPECT_EQ(RawDatabase(directory.path()).rows(), before);
}

TEST(FutureVersion, IsCountedAgainByARecount) {
  FutureDirectory directory;
  Feed feed;
  SystemClock clock;
  feed.Create("mw", 1);
  feed.Produce("mw", 0, std::vector<std::string>(10, R"({"game":"mw","call":"login"})"));
  const Config config = NodeConfig(feed.broker().bootstrap(), "mw", directory);
  auto node = StartNode(config, {.start = {.recount = true}}, clock);
  ASSERT_NE(node, nullptr);
  EXPECT_TRUE(Eventually([&] { return RecordsRead(*node, "mw") == 10; })) << node->Status().not_ready;
  ASSERT_TRUE(node->Stop().ok());
  node.reset();
  auto contents = ReadCheckpoint(directory.path(), nullptr);
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->saved.partitions[0].state.next, 10);
  EXPECT_EQ(RawDatabase(directory.path()).rows(), RowsOf(*contents));
}

}  // namespace
}  // namespace tally

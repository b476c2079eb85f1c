// A directory that any released version wrote is read, and continued, as the release that wrote it would have.
#include "tests/storage/golden.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "apps/dump.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "re2/re2.h"
#include "tests/testing/directory_image.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(60);

std::string TextOf(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  TALLY_CHECK(in.good());
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string JsonOf(const CheckpointContents& contents) {
  std::ostringstream out;
  WriteDump(contents, DumpOptions::Format::kJson, out);
  return out.str();
}

std::string DumpOf(const std::string& directory) {
  auto contents = ReadCheckpoint(directory, nullptr);
  EXPECT_TRUE(contents.ok()) << contents.status();
  return contents.ok() ? JsonOf(*contents) : "";
}

// For each version that there is a golden directory of.
class GoldenDirectory : public testing::TestWithParam<uint64_t> {
 protected:
  GoldenDirectory() { std::filesystem::copy(GoldenFolder() / Cat(GetParam()), directory_.path()); }

  std::string golden() const { return TextOf(GoldenFolder() / Cat(GetParam(), ".json")); }

  TempDir directory_;
};

TEST_P(GoldenDirectory, IsDumpedAsWhenItWasWritten) {
  EXPECT_EQ(DumpOf(directory_.path()), golden());
  auto dump = RunToEnd({TALLYD_BINARY, "dump", directory_.path(), "--format", "json"}, kPatience);
  ASSERT_TRUE(dump.ok()) << dump.status();
  EXPECT_EQ(dump->status, 0) << dump->err;
  EXPECT_EQ(dump->out, golden());
}

TEST_P(GoldenDirectory, IsContinuedInTodaysVersion) {
  auto store = OpenStore(directory_.path());
  auto contents = store->Load();
  ASSERT_TRUE(contents.ok()) << contents.status();
  const MetricRows metrics = (*contents)->metrics;
  CountingNode node({.metrics = GoldenNode::Metrics(), .shards = 2}, std::move((*contents)->saved));
  ASSERT_TRUE(store->Write(node.counters().Cut(), metrics).ok());
  store.reset();
  auto continued = ReadCheckpoint(directory_.path(), nullptr);
  ASSERT_TRUE(continued.ok()) << continued.status();
  --continued->header.sequence;
  EXPECT_EQ(JsonOf(*continued), golden());
  EXPECT_EQ(*VersionOf(RawDatabase(directory_.path()).rows().at(HeaderKey())), kFormatVersion);
}

// A version cannot be added to those that are read without a golden directory.
std::vector<uint64_t> Versions() {
  std::vector<uint64_t> versions;
  for (const FormatVersion& readable : ReadableVersions()) versions.push_back(readable.version);
  return versions;
}
INSTANTIATE_TEST_SUITE_P(Version, GoldenDirectory, testing::ValuesIn(Versions()), testing::PrintToStringParamName());

// TALLY_GOLDEN=DIR keeps what is written here, to become the golden directory of a new version: without RocksDB's
// OPTIONS files, which it does not read, and which name the path.
void Keep(const std::string& directory, const CheckpointContents& contents) {
  std::ofstream(Cat(directory, ".json"), std::ios::binary) << JsonOf(contents);
  for (const auto& [name, bytes] : ReadImage(directory)) {
    if (name.starts_with("OPTIONS-")) std::filesystem::remove(Cat(directory, "/", name));
  }
}

TEST(Golden, IsWhatThisReleaseWrites) {
  TempDir temporary;
  const char* kept = std::getenv("TALLY_GOLDEN");
  const std::string directory = kept != nullptr ? kept : temporary.path();
  GoldenNode(directory).Write();
  auto contents = ReadCheckpoint(directory, nullptr);
  ASSERT_TRUE(contents.ok()) << contents.status();
  if (kept != nullptr) Keep(directory, *contents);
  const std::string golden = TextOf(GoldenFolder() / Cat(kFormatVersion, ".json"));
  ASSERT_TRUE(RE2::PartialMatch(golden, R"re("node":"([0-9a-f]{16})")re", &contents->header.node));  // drawn at random
  EXPECT_EQ(JsonOf(*contents), golden);
}

TEST(Format, IsDescribedInItsVersion) {
  EXPECT_THAT(TextOf(TALLY_SOURCE_DIR "/storage/FORMAT.md"),
              testing::StartsWith(Cat("# The checkpoint on disk, version ", kFormatVersion, "\n")));
}

TEST(Changelog, HasThisRelease) {
  EXPECT_THAT(TextOf(TALLY_SOURCE_DIR "/CHANGELOG.md"), testing::HasSubstr("\n## " TALLY_VERSION "\n"));
}

}  // namespace
}  // namespace tally

// `tallyd check`: what it refuses, and what it reports about a data directory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "tests/testing/subprocess.h"
#include "tests/testing/tallyd.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CheckCommand : public testing::Test {
 protected:
  std::string Write(const std::string& text) {
    std::ofstream(file_) << text;
    return file_;
  }
  Finished CheckTheData(const std::string& text) {
    return RunTallyd({"check", "--config", Write(text), "--data", data_.path()});
  }

  TempDir directory_;
  TempDir data_;
  const std::string file_ = directory_ / "t.toml";
};

TEST_F(CheckCommand, RefusesWhatNoKafkaClientCanWorkWith) {
  for (const auto& [text, where] :
       {std::pair("[kafka.properties]\n\nfetch.max.bytes = 1000\n", ":3:19: kafka.properties.fetch.max.bytes: "),
        {"[kafka.properties]\nsecurity.protocol = \"ssl\"\nssl.ca.location = \"/no/such\"\n",
         ":3:19: kafka.properties.ssl.ca.location: "},
        {"[kafka.properties]\nsecurity.protocol = \"sasl_ssl\"\nsasl.mechanism = \"SCRUM\"\n",
         ":3:18: kafka.properties.sasl.mechanism: "}}) {
    const std::string file = Write(text);
    const Finished check = RunTallyd({"check", "--config", file});
    EXPECT_EQ(check.status, 2) << text;
    EXPECT_EQ(check.out, "");
    EXPECT_THAT(check.err, HasSubstr(file + where));
    const Finished serve = RunTallyd({"serve", "--config", file, "--data", data_ / "none", "--listen", "127.0.0.1:0"});
    EXPECT_EQ(serve.status, 2) << text;
    EXPECT_THAT(serve.err, HasSubstr(file + where));
    EXPECT_FALSE(std::filesystem::exists(data_ / "none"));
  }
}

TEST_F(CheckCommand, PrintsNoReportWithoutADirectory) {
  const Finished run = RunTallyd({"check", "--config", Write("")});
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, Not(HasSubstr("#")));
}

TEST_F(CheckCommand, ReportsAFirstStartAndCreatesNothing) {
  std::filesystem::remove(data_.path());
  const Finished run = CheckTheData("");
  EXPECT_EQ(run.status, 0);
  EXPECT_THAT(run.out, HasSubstr(Cat("# ", data_.path(), " has no checkpoint: this would be a first start")));
  EXPECT_FALSE(std::filesystem::exists(data_.path()));
  std::filesystem::create_directory(data_.path());
}

// The metrics of the golden directory.
constexpr std::string_view kStats =
    "[[metric]]\nname = \"stats\"\nby = [\"game\", \"call\"]\nwhere = { game = [\"hh\", \"mw\"] }\n";
constexpr std::string_view kSpent =
    "[[metric]]\nname = \"spent\"\nby = [\"/user/country\"]\nvalue = \"amount\"\nwhere = { call = \"buy\", game = "
    "\"mw\" }\n";

class CheckOfData : public CheckCommand {
 protected:
  CheckOfData() { std::filesystem::copy(TALLY_SOURCE_DIR "/tests/storage/golden/3", data_.path()); }

  // All files with their contents.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(data_.path())) {
      std::ifstream in(entry.path(), std::ios::binary);
      files[entry.path().filename()] = std::string(std::istreambuf_iterator<char>(in), {});
    }
    return files;
  }
  Finished CheckUnchanged(const std::string& text) {
    const auto before = Files();
    Finished run = CheckTheData(text);
    EXPECT_EQ(Files(), before);
    return run;
  }
};

TEST_F(CheckOfData, ReportsThatItContinues) {
  const Finished run = CheckUnchanged(Cat(kStats, kSpent));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out,
              HasSubstr(Cat("# continues checkpoint 6 of node 5b1c160f0e810201 in ", data_.path(), ": 2 partitions")));
  EXPECT_THAT(run.out, AllOf(Not(HasSubstr("# adds")), Not(HasSubstr("# drops"))));
  // The output is a configuration.
  EXPECT_EQ(CheckUnchanged(run.out).status, 0);
}

TEST_F(CheckOfData, ReportsMetricsThatAreAddedOrDropped) {
  const Finished run = CheckUnchanged(Cat(kStats, "[[metric]]\nname = \"all\"\n"));
  EXPECT_EQ(run.status, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("# adds [[metric]] all: it starts at the loaded offsets\n"));
  EXPECT_THAT(run.out, HasSubstr("# drops [[metric]] spent and its counts\n"));
}

TEST_F(CheckOfData, ReportsThatARecountIsNeeded) {
  const Finished run = CheckUnchanged("[[metric]]\nname = \"stats\"\nby = [\"game\"]\n");
  EXPECT_EQ(run.status, 3);
  EXPECT_THAT(run.out, HasSubstr("# needs serve --recount: the directory was counted with another configuration\n"));
  EXPECT_THAT(run.err, HasSubstr("[[metric]] stats was counted with by="));
}

TEST_F(CheckCommand, ReportsADirectoryThatANodeUses) {
  const std::string file = Write("");
  auto node = Tallyd::Start({"--config", file, "--data", data_.path(), "--brokers", "127.0.0.1:1"});
  ASSERT_TRUE(node.ok()) << node.status();
  const Finished run = CheckTheData("");
  EXPECT_EQ(run.status, 3);
  EXPECT_EQ(*(*node)->Stop(), 0);
}

}  // namespace
}  // namespace tally

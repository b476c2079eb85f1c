// Runs each configuration of docs/records.md over its own line and a hundred generated lines of its kind.
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "apps/config/load.h"
#include "apps/trial/trial.h"
#include "core/base/check.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::Pair;

// The line and the configuration of a section.
struct Example {
  std::string line;
  std::string config;
};

std::map<std::string, Example> Examples() {
  std::ifstream in(TALLY_SOURCE_DIR "/docs/records.md");
  std::map<std::string, Example> examples;
  std::string section;
  std::string* block = nullptr;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) section = line.substr(3);
    if (line.starts_with("```")) {
      Example& example = examples[section];
      block = line == "```log" ? &example.line : line == "```toml" ? &example.config : nullptr;
    } else if (block != nullptr) {
      Append(*block, Cat(line, block == &examples[section].line ? "" : "\n"));
    }
  }
  return examples;
}

// A time of the hundred lines, one each ten seconds from 14:30 UTC on, as a logger in `zone` writes it.
std::string Written(int i, const char* format, const char* zone) {
  const absl::Time begin = absl::FromUnixSeconds(1307284200);
  absl::TimeZone in;
  TALLY_CHECK(absl::LoadTimeZone(zone, &in));
  return absl::FormatTime(format, begin + absl::Seconds(10 * i) + absl::Milliseconds(i), in);
}

template <size_t N>
std::string OneOf(const char* const (&texts)[N], int i) {
  return texts[static_cast<size_t>(i) % N];
}

std::string ApacheLine(int i) {
  const char* const kWho[] = {"203.0.113.7 - -", "::1 - frank", "web1.example.com ident \"\"", "10.0.0.1 - ann lee"};
  const char* const kRequest[] = {"GET / HTTP/1.1", "POST /shop?a=b%20c HTTP/2.0", R"(GET /a\"b HTTP/1.0)", "-"};
  const char* const kRest[] = {R"(200 2326 "-" "Mozilla/5.0 (X11) \"x\"")", R"(304 - "http://a/?q=[1]" "-")"};
  return Cat(OneOf(kWho, i), " [", Written(i, "%d/%b/%Y:%H:%M:%S %z", "America/New_York"), "] \"",
             OneOf(kRequest, i / 4), "\" ", OneOf(kRest, i));
}

std::string NginxLine(int i) {
  const char* const kWho[] = {"203.0.113.7 - -", "2001:db8::1 - frank"};
  const char* const kRequest[] = {"GET / HTTP/1.1", R"(\x16\x03\x01\x22)", "", "HEAD /shop HTTP/2.0"};
  return Cat(OneOf(kWho, i), " [", Written(i, "%d/%b/%Y:%H:%M:%S %z", "UTC"), "] \"", OneOf(kRequest, i / 2), "\" ",
             i % 2 == 0 ? 200 : 404, " 612 \"-\" \"curl/7.88.1\"");
}

std::string SyslogLine(int i) {
  const char* const kProgram[] = {"sshd[2817]: closed", "kernel: [12.5] up", "CRON[1]: (root) CMD (a: b)", "su: ok"};
  return Cat(i % 2 == 0 ? "<34>" : "", Written(i, "%b %e %H:%M:%S", "Europe/Berlin"), " web", i % 3, " ",
             OneOf(kProgram, i));
}

std::string Log4jLine(int i) {
  const char* const kRest[] = {"[main] INFO  com.example.Shop - sold", "[pool-1-thread-2] ERROR c.e.Db - down [x] y"};
  return Cat(Written(i, i % 2 == 0 ? "%Y-%m-%d %H:%M:%S,%E3f" : "%Y-%m-%dT%H:%M:%S,%E3f", "Europe/Berlin"), " ",
             OneOf(kRest, i));
}

std::string PythonLine(int i) {
  const char* const kRest[] = {"shop.cart - WARNING - empty - really", "root - INFO - "};
  return Cat(Written(i, "%Y-%m-%d %H:%M:%S,%E3f", "Europe/Berlin"), " - ", OneOf(kRest, i));
}

std::string DockerLine(int i) {
  return Cat(R"({"log":"GET \"/\" 200\n","stream":")", i % 2 == 0 ? "stdout" : "stderr", R"(","attrs":{"tag":"shop"},)",
             R"("time":")", Written(i, "%Y-%m-%dT%H:%M:%E9SZ", "UTC"), "\"}");
}

using MakeLine = std::string (*)(int i);
const std::map<std::string, MakeLine>& Lines() {
  static const std::map<std::string, MakeLine> lines = {{"Apache, combined log", ApacheLine},
                                                        {"nginx, combined log", NginxLine},
                                                        {"syslog", SyslogLine},
                                                        {"log4j", Log4jLine},
                                                        {"Python's logging", PythonLine},
                                                        {"Docker's JSON lines", DockerLine}};
  return lines;
}

TrialResult Try(const Example& example, const std::vector<std::string>& lines) {
  const Config config = ParseConfig(example.config, "records.md").value();
  FakeClock clock(Timestamp::FromMillis(1307285200000));  // after the last line
  Trial trial(config, Rules::Compile(config.event, config.metrics).value(), clock);
  uint64_t number = 0;
  for (const std::string& line : lines) {
    const LineReader::Line one{++number, line};
    trial.Count({&one, 1});
  }
  return trial.Finish();
}

std::string FirstReject(const TrialResult& result) {
  for (const auto& samples : result.samples) {
    if (!samples.empty()) return samples.front().text;
  }
  return "none";
}

TEST(RecordsPage, HasAnExampleOfEachKind) {
  std::set<std::string> sections, kinds;
  for (const auto& [section, example] : Examples()) sections.insert(section);
  for (const auto& [kind, make] : Lines()) kinds.insert(kind);
  EXPECT_EQ(sections, kinds);
}

TEST(RecordsPage, CountsTheLineOfEachExampleInItsMinute) {
  for (const auto& [section, example] : Examples()) {
    const TrialResult result = Try(example, {example.line});
    EXPECT_EQ(result.fate(Fate::kCounted), 1u) << section << ": " << FirstReject(result);
    EXPECT_EQ(result.newest, MinuteOf(Timestamp::FromMillis(1307284245000))) << section;
  }
}

TEST(RecordsPage, CountsAHundredLinesOfEachKind) {
  for (const auto& [section, example] : Examples()) {
    std::vector<std::string> lines;
    for (int i = 0; i < 100; ++i) lines.push_back(Lines().at(section)(i));
    const TrialResult result = Try(example, lines);
    EXPECT_EQ(result.fate(Fate::kCounted), 100u) << section << ": " << FirstReject(result);
    EXPECT_EQ(result.oldest, MinuteOf(Timestamp::FromMillis(1307284200000))) << section;
    EXPECT_EQ(result.newest, MinuteOf(Timestamp::FromMillis(1307284200000 + 99 * 10'000))) << section;
    uint64_t sum = 0;
    for (const auto& [name, count] : result.series) sum += name.starts_with("bytes:") ? 0 : count;
    EXPECT_EQ(sum, 100u) << section;
  }
}

TEST(RecordsPage, AddsUpTheBytesOfResponses) {
  std::vector<std::string> lines;
  for (int i = 0; i < 100; ++i) lines.push_back(ApacheLine(i));
  const TrialResult result = Try(Examples().at("Apache, combined log"), lines);
  EXPECT_THAT(result.series, testing::Contains(Pair("bytes:200", 50 * 2326u)));
  EXPECT_THAT(result.series, testing::Not(testing::Contains(Pair("bytes:304", testing::_))));
}

}  // namespace
}  // namespace tally

// Runs every console example of README.md and docs/*.md against a node that runs the demo, and compares the output.
//
// An example is a line of a code block that begins with "$ ", followed by the lines that it prints. Numbers and minutes
// differ from run to run, so they only have to be numbers and minutes. A line "..." stands for any further lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "core/base/strings.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Example {
  std::string where;  // the file
  std::string command;
  std::vector<std::string> output;
};

std::vector<std::string> LinesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Example> ExamplesIn(const std::string& where, const std::string& text) {
  std::vector<Example> examples;
  bool in_code = false;
  bool in_example = false;
  for (const std::string& line : LinesOf(text)) {
    if (line.starts_with("```")) {
      in_code = !in_code;
      in_example = false;
    } else if (in_code && line.starts_with("$ ")) {
      examples.push_back({where, line.substr(2), {}});
      in_example = true;
    } else if (in_example) {
      examples.back().output.push_back(line);
    }
  }
  return examples;
}

std::vector<Example> ExamplesOfTheDocumentation() {
  const std::filesystem::path root = TALLY_SOURCE_DIR;
  std::vector<std::filesystem::path> files = {root / "README.md"};
  for (const auto& entry : std::filesystem::directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") files.push_back(entry.path());
  }
  std::vector<Example> examples;
  for (const std::filesystem::path& file : files) {
    std::ifstream in(file);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    for (Example& example : ExamplesIn(file.lexically_relative(root), text)) examples.push_back(std::move(example));
  }
  return examples;
}

// Output as it is compared: a number is N, a minute is MINUTE, and that of a bucket's key is BUCKET.
std::vector<std::string> ShapeOf(std::vector<std::string> lines) {
  for (std::string& line : lines) {
    RE2::GlobalReplace(&line, R"(\d{4}-\d\d-\d\dT\d\d:\d\dZ)", "MINUTE");
    RE2::GlobalReplace(&line, R"(\b\d{4}_\d{4}_\d{4}\b)", "BUCKET");
    RE2::GlobalReplace(&line, R"(\b\d+(\.\d+)?\b)", "N");
  }
  return lines;
}

// Lines from `documented` "..." on are not compared.
bool HaveSameShape(std::vector<std::string> documented, std::vector<std::string> printed) {
  if (!documented.empty() && documented.back() == "...") {
    documented.pop_back();
    if (printed.size() > documented.size()) printed.resize(documented.size());
  }
  return ShapeOf(std::move(documented)) == ShapeOf(std::move(printed));
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += Cat("  ", line, "\n");
  return text;
}

// The node of the demo, on the ports that it found free.
class Examples : public testing::Test {
 protected:
  void SetUp() override {
    auto demo = Subprocess::Start({TALLYD_BINARY, "demo", "--seconds", "600"});
    ASSERT_TRUE(demo.ok()) << demo.status();
    demo_ = *std::move(demo);
    text_port_ = PortAfter("redis-cli -p ");
    http_port_ = PortAfter("curl -s http://127.0.0.1:");
  }

  std::string PortAfter(const std::string& text) {
    auto line = demo_->WaitForLine(text, absl::Seconds(30));
    EXPECT_TRUE(line.ok()) << line.status();
    std::string port;
    if (line.ok()) RE2::PartialMatch(*line, Cat(text, R"((\d+))"), &port);
    return port;
  }

  // What the command prints, with the ports of this node in place of the default ones.
  std::vector<std::string> Run(std::string command) {
    RE2::GlobalReplace(&command, R"(\b7878\b)", text_port_);
    RE2::GlobalReplace(&command, R"(\b7879\b)", http_port_);
    const std::string path = std::filesystem::path(TALLYD_BINARY).parent_path();
    // FAKETTY: redis-cli prints what it prints to a terminal.
    auto run =
        RunToEnd({"env", "FAKETTY=1", "bash", "-c", Cat("PATH=\"", path, ":$PATH\"; ", command)}, absl::Seconds(30));
    return run.ok() ? LinesOf(Cat(run->out, run->err)) : LinesOf(std::string(FromAbsl(run.status().message())));
  }

  std::unique_ptr<Subprocess> demo_;
  std::string text_port_;
  std::string http_port_;
};

TEST_F(Examples, PrintWhatTheDocumentationSays) {
  const std::vector<Example> examples = ExamplesOfTheDocumentation();
  EXPECT_GE(examples.size(), 5u);
  for (const Example& example : examples) {
    std::vector<std::string> printed;
    // A minute that has just begun does not have all counts yet.
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!HaveSameShape(example.output, printed = Run(example.command)) && absl::Now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    EXPECT_TRUE(HaveSameShape(example.output, printed))
        << example.where << ": $ " << example.command << "\ndocumented:\n"
        << Joined(example.output) << "printed:\n"
        << Joined(printed);
  }
}

TEST(ExamplesIn, AreTheLinesAfterADollarInACodeBlock) {
  const std::vector<Example> examples = ExamplesIn("a.md", "$ no\n```\n$ one\na\n$ two\n```\n```toml\nb\n```\n");
  ASSERT_EQ(examples.size(), 2u);
  EXPECT_EQ(examples[0].command, "one");
  EXPECT_THAT(examples[0].output, ElementsAre("a"));
  EXPECT_EQ(examples[1].command, "two");
  EXPECT_THAT(examples[1].output, IsEmpty());
}

TEST(ExamplesIn, AreComparedButForNumbersAndMinutes) {
  EXPECT_TRUE(HaveSameShape({"2026-11-22T14:54Z 640 open", "END"}, {"2011-06-05T00:01Z 7 open", "END"}));
  EXPECT_TRUE(HaveSameShape({"1) \"buy\"", "..."}, {"1) \"buy\"", "2) \"48\""}));
  EXPECT_FALSE(HaveSameShape({"stats:mw:login 640"}, {"stats:mw:logout 640"}));
  EXPECT_FALSE(HaveSameShape({"640", "END"}, {"640"}));
  EXPECT_FALSE(HaveSameShape({"640"}, {"ERR no such series"}));
}

}  // namespace
}  // namespace tally

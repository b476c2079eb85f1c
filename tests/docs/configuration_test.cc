// docs/configuration.md documents exactly the keys that `tallyd check` prints, with their defaults.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>

#include "core/base/strings.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

// From "section.key" to the default, as TOML.
using Keys = std::map<std::string, std::string>;

// Reads lines in which `section` matches the header of a section, and `row` a key and its value.
Keys KeysIn(std::istream& text, const RE2& section, const RE2& row) {
  Keys keys;
  std::string name, key, value;
  for (std::string line; std::getline(text, line);) {
    if (RE2::FullMatch(line, section, &name)) continue;
    if (RE2::FullMatch(line, row, &key, &value)) keys[Cat(name, ".", key)] = value;
  }
  return keys;
}

Keys PrintedKeys() {
  auto run = RunToEnd({TALLYD_BINARY, "check", "--config", "/dev/null"}, absl::Seconds(30));
  EXPECT_TRUE(run.ok()) << run.status();
  if (!run.ok()) return {};
  std::istringstream text(run->out);
  return KeysIn(text, R"(\[+([a-z.]+)\]+)", R"(([a-z_]+) = (.*))");
}

Keys DocumentedKeys() {
  std::ifstream text(std::string(TALLY_SOURCE_DIR) + "/docs/configuration.md");
  return KeysIn(text, R"(## \[+([a-z.]+)\]+)", R"(\| `([a-z_]+)` \| `(.*?)` \| \S.* \|)");
}

TEST(ConfigurationDocument, HasEveryKeyWithItsDefault) {
  const Keys printed = PrintedKeys();
  EXPECT_GE(printed.size(), 20u);
  EXPECT_EQ(DocumentedKeys(), printed);
}

}  // namespace
}  // namespace tally

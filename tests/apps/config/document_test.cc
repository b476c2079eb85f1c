#include "apps/config/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string ErrorIn(std::string_view text) {
  return std::string(FromAbsl(ParseDocument(text, "f.toml").status().message()));
}

// Returns the value of the only key in `text`, also through nested tables.
TomlValue Only(std::string_view text) {
  TomlValue value = ParseDocument(text, "f.toml").value();
  while (value.IsTable()) {
    TomlValue inner = value.Table("").value().front().value;
    value = std::move(inner);
  }
  return value;
}

// Returns the value that `--set key=text` sets.
TomlValue Flag(std::string_view text) {
  return ParseFlag("key", text, "--set").value().Table("").value().front().value;
}

TEST(Document, KnowsTheLocationOfEachValue) {
  TomlValue value = Only("\n[retention]\n  ttl = \"4x\"");
  EXPECT_EQ(value.path(), "retention.ttl");
  EXPECT_EQ(value.Error("too long").message(), "f.toml:3:9: retention.ttl: too long");
}

TEST(Document, KeepsTheOrderOfTheFile) {
  auto entries = ParseDocument("b = 1\na = 2\n[z]\n[y]", "f.toml").value().Table("").value();
  std::string keys;
  for (const TomlValue::Entry& entry : entries) keys += entry.key;
  EXPECT_EQ(keys, "bazy");
}

TEST(Document, ReportsTheLocationOfASyntaxError) {
  EXPECT_THAT(ErrorIn("a = 1\nb = = 2"), StartsWith("f.toml:2:5: not valid TOML: "));
  EXPECT_THAT(ErrorIn("a = \"\xFF\""), StartsWith("f.toml:1:"));
  EXPECT_THAT(ErrorIn("a = 1\na = 2"), StartsWith("f.toml:2:"));
}

TEST(Document, DescribesAValueOfAnUnexpectedType) {
  EXPECT_EQ(Only("a = 1").Expected("a list").message(), "f.toml:1:5: a: expected a list, got the integer 1");
  EXPECT_EQ(Only("a = true").Describe(), "true");
  EXPECT_EQ(Only("a = 1.5").Describe(), "the decimal 1.5");
  EXPECT_EQ(Only("a = 2011-06-05").Describe(), "the date or time 2011-06-05");
  EXPECT_EQ(Only("a = []").Describe(), "a list");
  EXPECT_EQ(ParseDocument("", "f.toml").value().Describe(), "a table");
  EXPECT_EQ(Only("a = \"x\\ny\\\"\"").Describe(), "\"x\\ny\\\"\"");
}

TEST(Document, CutsALongTextBetweenCharacters) {
  std::string text(99, 'a');
  EXPECT_EQ(Shown(text + "\xC3\xBC" + "b"), "\"" + text + "\"...");
}

TEST(Document, LimitsTheNestingDepth) {
  std::string deep = "a";
  for (int i = 0; i < 40; ++i) deep += ".a";
  EXPECT_THAT(ErrorIn(deep + " = 1"), HasSubstr("at most 32 levels of nesting"));
  EXPECT_THAT(ErrorIn("a = " + std::string(100, '[') + std::string(100, ']')), HasSubstr("at most 32 levels"));
  EXPECT_THAT(ErrorIn("a = " + std::string(100'000, '[')), HasSubstr("not valid TOML"));
}

TEST(Document, LimitsTheDotsInKeys) {
  std::string deep = "a";
  for (int i = 0; i < 500'000; ++i) deep += ".a";
  EXPECT_EQ(ErrorIn(deep + " = 1"), "f.toml: expected at most 3000 dots in keys");
  EXPECT_EQ(ErrorIn("[" + deep + "]"), "f.toml: expected at most 3000 dots in keys");
  EXPECT_EQ(ErrorIn("x = \"\\\"\"\n'''\"''' = 1 # \"\n" + deep + " = 1"), "f.toml: expected at most 3000 dots in keys");
}

TEST(Document, EndsALiteralStringAtItsQuoteAlsoAfterABackslash) {
  EXPECT_THAT(ErrorIn("['\\'" + std::string(3001, '.') + "]"), HasSubstr("dots in keys"));
}

TEST(Document, CutsALongPath) {
  const std::string key(1000, 'k');
  EXPECT_EQ(Only(key + " = 1").path(), std::string(200, 'k') + "...");
}

TEST(Document, DoesNotCountDotsInStringsAndComments) {
  const std::string dots(5000, '.');
  for (const std::string& text : {"a = \"" + dots + "\"", "a = '" + dots + "'", "a = \"\"\"\n\"" + dots + "\"\"\"",
                                  "a = '''\n'" + dots + "'''", "a = 1 # " + dots, "a = \"\\\"" + dots + "\""}) {
    EXPECT_EQ(ErrorIn(text), "") << text.substr(0, 20);
  }
}

TEST(Flag, IsATomlValueIfItIsValidToml) {
  EXPECT_EQ(Flag("12").Integer(0, 100).value(), 12);
  EXPECT_EQ(Flag("true").Describe(), "true");
  EXPECT_EQ(Flag("\"a b\"").Text(10).value(), "a b");
  EXPECT_EQ(Flag("[\"a\", \"b\"]").List(2, "").value().size(), 2u);
  EXPECT_EQ(Flag("[\"a\",\n\"b\"]").List(2, "").value().size(), 2u);
  EXPECT_EQ(Flag("{ a = 1 }").Describe(), "a table");
}

TEST(Flag, IsOtherwiseAString) {
  for (const char* text : {"", "4h", "127.0.0.1:7878", "[a]", "12#34", "1 # one", "1, b = 2", "1 } # {", "1\nb = 2",
                           "\"", "a\\b", "x = 1", "1 }"}) {
    EXPECT_EQ(Flag(text).Text(100).value(), text);
  }
}

TEST(Flag, NamesItselfInErrors) {
  EXPECT_EQ(Flag("x").Error("too short").message(), "--set: key: too short");
  EXPECT_THAT(std::string(FromAbsl(ParseFlag("key", "\xFF", "--set").status().message())),
              StartsWith("--set: not valid TOML"));
}

TEST(TomlValue, ParsesADurationOfWholeMilliseconds) {
  auto duration = [](const std::string& text) {
    return Flag(text).Duration(absl::Milliseconds(10), absl::Hours(1000));
  };
  EXPECT_EQ(duration("4h").value(), absl::Hours(4));
  EXPECT_EQ(duration("1h30m").value(), absl::Minutes(90));
  EXPECT_EQ(duration("1.5s").value(), absl::Milliseconds(1500));
  EXPECT_EQ(duration("10ms").value(), absl::Milliseconds(10));
  for (const char* text :
       {"0", "0s", "-1h", "9ms", "1001h", "inf", "-inf", "10.5ms", "1", "4d", "4x", "", " 4h", "4 h"}) {
    EXPECT_FALSE(duration(text).ok()) << text;
  }
}

}  // namespace
}  // namespace tally

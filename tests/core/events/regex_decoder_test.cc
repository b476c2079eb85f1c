#include "core/events/regex_decoder.h"

#include <string>
#include <vector>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/events/decode_one.h"

namespace tally {
namespace {

using testing::HasSubstr;

constexpr char kAccessLog[] = R"(^(?P<time>\d+) (?P<ip>\S+) /k/(?P<call>[^/?\s]+))";

// The groups of a match as "a, b", a group that did not match as "-"; or "unparsable".
std::string Match(const std::string& pattern, std::string_view record, const std::vector<std::string>& groups) {
  auto decoder = MakeRegexDecoder(pattern, groups).value();
  std::vector<Field> fields(groups.size(), Field{Field::Type::kBoolean, "of the event before"});
  if (!DecodeOne(*decoder, record, fields)) return "unparsable";
  std::string result;
  for (const Field& field : fields) {
    EXPECT_TRUE(field.type == Field::Type::kUntyped || field.type == Field::Type::kMissing);
    Append(result, Cat(&field == &fields[0] ? "" : ", ", field.type == Field::Type::kMissing ? "-" : field.text));
  }
  return result;
}

std::string ErrorOf(const std::string& pattern, const std::vector<std::string>& groups) {
  return std::string(MakeRegexDecoder(pattern, groups).status().message());
}

TEST(RegexDecoder, ReadsALineOfAnAccessLog) {
  EXPECT_EQ(Match(kAccessLog, "1307284245 10.1.2.3 /k/login/abc?x=1", {"time", "ip", "call"}),
            "1307284245, 10.1.2.3, login");
  EXPECT_EQ(Match(kAccessLog, "1307284245 10.1.2.3 /k/login?x=1", {"call", "time"}), "login, 1307284245");
}

TEST(RegexDecoder, IsMadeByTheFormatOfTheEvents) {
  EventSpec spec;
  spec.format = EventFormat::kRegex;
  spec.pattern = kAccessLog;
  auto decoder = MakeDecoder(spec, {"call"}).value();
  std::vector<Field> fields(1);
  ASSERT_TRUE(DecodeOne(*decoder, "1307284245 ::1 /k/buy", fields));
  EXPECT_EQ(fields[0].text, "buy");
}

TEST(RegexDecoder, RefusesALineThatDoesNotMatch) {
  EXPECT_EQ(Match(kAccessLog, "1307284245 10.1.2.3 /favicon.ico", {"call"}), "unparsable");
  EXPECT_EQ(Match(kAccessLog, "", {"call"}), "unparsable");
}

TEST(RegexDecoder, MatchesAnywhereInTheRecord) {
  EXPECT_EQ(Match(R"(call=(?P<call>\w+))", "a=1&call=buy;", {"call"}), "buy");
}

TEST(RegexDecoder, DistinguishesAnEmptyGroupFromOneThatDidNotMatch) {
  EXPECT_EQ(Match(R"((?P<a>x*)(?P<b>y)?)", "z", {"a", "b"}), ", -");
  EXPECT_EQ(Match(R"((?P<a>x*)(?P<b>y)?)", "", {"a", "b"}), ", -");
  EXPECT_EQ(Match(R"((?P<a>x*)(?P<b>y)?)", std::string_view(), {"a", "b"}), ", -");
}

TEST(RegexDecoder, NeedsNoGroupsToRecognizeEvents) {
  EXPECT_EQ(Match("GET", "GET /", {}), "");
  EXPECT_EQ(Match("GET", "PUT /", {}), "unparsable");
}

TEST(RegexDecoder, MatchesRecordsThatAreNoUtf8) {
  EXPECT_EQ(Match(R"(^(?P<a>\S+) (?P<b>.*)$)", "\xff\xfe \x80\x00 x", {"a", "b"}), "\xff\xfe, \x80");
  EXPECT_EQ(Match(kAccessLog, "1307284245 10.1.2.3 /k/caf\xe9?x", {"call"}), "caf\xe9");
}

TEST(RegexDecoder, MatchesTextOfThePatternByItsBytes) {
  EXPECT_EQ(Match("caf\xc3\xa9 (?P<a>.)", "caf\xc3\xa9 x", {"a"}), "x");
}

TEST(RegexDecoder, TakesRecordsWithNulBytes) {
  EXPECT_EQ(Match("b(?P<a>.)", std::string_view("a\0bc", 4), {"a"}), "c");
}

TEST(RegexDecoder, PointsIntoThePayload) {
  std::string record = "call=buy";
  auto decoder = MakeRegexDecoder("call=(?P<call>.*)", {"call"}).value();
  std::vector<Field> fields(1);
  ASSERT_TRUE(DecodeOne(*decoder, record, fields));
  EXPECT_EQ(fields[0].text.data(), record.data() + 5);
}

TEST(RegexDecoder, TakesPayloadsUpToTheirLimit) {
  std::string record(kPayloadMax, 'x');
  EXPECT_EQ(Match("^(?P<a>x)", record, {"a"}), "x");
  record += 'x';
  EXPECT_EQ(Match("^(?P<a>x)", record, {"a"}), "unparsable");
}

TEST(RegexDecoder, RefusesAPatternThatIsNoRe2WithTheReason) {
  EXPECT_EQ(ErrorOf("(?P<a>x", {"a"}), "pattern '(?P<a>x' is not a valid RE2 regular expression: missing ): (?P<a>x");
  EXPECT_THAT(ErrorOf(R"((?P<a>x)\1)", {"a"}), HasSubstr("invalid escape sequence"));
}

TEST(RegexDecoder, RefusesAFieldThatIsNoGroupAndListsTheGroupsThereAre) {
  EXPECT_EQ(ErrorOf("(?P<b>x)(?P<a>y)(z)", {"a", "game"}),
            "pattern '(?P<b>x)(?P<a>y)(z)' has no group 'game'; it has 'a', 'b'");
  EXPECT_EQ(ErrorOf("x", {"game"}), "pattern 'x' has no group 'game'; it has no named group");
}

}  // namespace
}  // namespace tally

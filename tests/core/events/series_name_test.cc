#include "core/events/series_name.h"

#include <random>
#include <set>
#include <string>

#include "core/base/strings.h"
#include "core/base/utf8.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

std::string Hex(uint8_t byte) {
  char code[4];
  std::snprintf(code, sizeof code, "%%%02X", byte);
  return code;
}

TEST(SeriesName, LeavesPlainTextAsItIs) {
  EXPECT_EQ(Encoded("login"), "login");
  EXPECT_EQ(Encoded("/k/a?b=c&d=[1]{2}'#;,|\\^`<>@!$*()+-._"), "/k/a?b=c&d=[1]{2}'#;,|\\^`<>@!$*()+-._");
}

TEST(SeriesName, OfNothingIsNothing) { EXPECT_EQ(Encoded(""), ""); }

TEST(SeriesName, EncodesBytesUpToSpaceAndColonPercentQuoteAndDel) {
  for (int byte = 0; byte < 0x80; ++byte) {
    std::string value = {'x', static_cast<char>(byte), 'y'};
    bool encoded = byte <= 0x20 || byte == ':' || byte == '%' || byte == '"' || byte == 0x7f;
    EXPECT_EQ(Encoded(value), encoded ? "x" + Hex(static_cast<uint8_t>(byte)) + "y" : value) << byte;
  }
}

// The encoder checks eight bytes of a value together.
TEST(SeriesName, EncodesThemAtAnyPosition) {
  for (size_t at = 0; at <= 20; ++at) {
    for (int byte = 0; byte < 0x100; ++byte) {
      std::string before(at, 'x'), after(20 - at, 'y');
      std::string value = before + static_cast<char>(byte) + after;
      bool encoded = byte <= 0x20 || byte == ':' || byte == '%' || byte == '"' || byte >= 0x7f;
      encoded |= byte == '~' && at == 0;
      EXPECT_EQ(Encoded(value), encoded ? before + Hex(static_cast<uint8_t>(byte)) + after : value) << value;
    }
  }
  EXPECT_EQ(Encoded(":"), "%3A");
  EXPECT_EQ(Encoded(" a\n"), "%20a%0A");
  EXPECT_EQ(Encoded(std::string_view("\0\0", 2)), "%00%00");
}

TEST(SeriesName, EncodesATildeOnlyAtTheFront) {
  EXPECT_EQ(Encoded("~other"), "%7Eother");
  EXPECT_EQ(Encoded("~~a~"), "%7E~a~");
  EXPECT_EQ(Encoded("~"), "%7E");
  EXPECT_EQ(Encoded(" ~"), "%20~");
}

TEST(SeriesName, LeavesValidUtf8AsItIs) {
  EXPECT_EQ(Encoded("caf\u00e9"), "caf\u00e9");
  EXPECT_EQ(Encoded("\u00e9:\u20ac"), "\u00e9%3A\u20ac");
  EXPECT_EQ(Encoded("\U0001f600 \U0010ffff"), "\U0001f600%20\U0010ffff");
}

TEST(SeriesName, EncodesEveryByteThatIsNoUtf8) {
  EXPECT_EQ(Encoded("\x80"), "%80");
  EXPECT_EQ(Encoded("a\xff"
                    "b"),
            "a%FFb");
  EXPECT_EQ(Encoded("\xc0\x80"), "%C0%80");                // overlong
  EXPECT_EQ(Encoded("\xe0\x9f\xbf"), "%E0%9F%BF");         // overlong
  EXPECT_EQ(Encoded("\xed\xa0\x80"), "%ED%A0%80");         // a surrogate
  EXPECT_EQ(Encoded("\xf4\x90\x80\x80"), "%F4%90%80%80");  // above U+10FFFF
  EXPECT_EQ(Encoded("\xe2\x82"), "%E2%82");                // cut
  EXPECT_EQ(Encoded("\xe2\x82\xc3\xa9"), "%E2%82\u00e9");  // cut by a whole one
  EXPECT_EQ(Encoded("\xf0\x9f\x98z"), "%F0%9F%98z");
}

TEST(SeriesName, DecodesToTheValue) {
  EXPECT_EQ(Decoded("a%20b%3A%25"), "a b:%");
  EXPECT_EQ(Decoded("%7Eother"), "~other");
  EXPECT_EQ(Decoded("%e2%82%ac"), "\u20ac");
  EXPECT_EQ(Decoded("%00"), std::string(1, '\0'));
}

TEST(SeriesName, KeepsAPercentThatBeginsNoCode) {
  for (std::string_view text : {"%", "100%", "%4", "%zz", "%4g", "%%", "%-1", "a%2"}) EXPECT_EQ(Decoded(text), text);
  EXPECT_EQ(Decoded("%%41"), "%A");
}

TEST(SeriesName, OfAnyBytesIsPlainUtf8AndDecodesToThem) {
  std::mt19937 random(1);
  std::set<std::string> values, names;
  for (int i = 0; i < 20'000; ++i) {
    std::string value(random() % 8, '\0');
    // Half of the bytes begin or continue a UTF-8 sequence or a code.
    for (char& c : value)
      c = random() % 2 ? static_cast<char>(random()) : "~:% \xe2\x82\xac\xf0\x9f\xc3\xed\xa0"[random() % 12];
    std::string name = Encoded(value);
    ASSERT_EQ(Decoded(name), value);
    ASSERT_EQ(name.find_first_of(":\" \x7f\n"), std::string::npos);
    ASSERT_FALSE(name.starts_with('~'));
    for (std::string_view rest = name; !rest.empty(); rest.remove_prefix(Utf8Length(rest)))
      ASSERT_GT(Utf8Length(rest), 0u);
    values.insert(value);
    names.insert(name);
  }
  EXPECT_EQ(values.size(), names.size());
}

}  // namespace
}  // namespace tally

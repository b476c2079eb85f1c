#include "core/query/words.h"

#include "gtest/gtest.h"

namespace tally {
namespace {

TEST(Words, IntegersAreDigitsAlone) {
  EXPECT_EQ(ParseInteger("17"), 17);
  EXPECT_EQ(ParseInteger("-9223372036854775808"), INT64_MIN);
  for (std::string_view word : {"", "-", "+1", " 1", "1 ", "0x1", "1.0", "9223372036854775808"}) {
    EXPECT_EQ(ParseInteger(word), std::nullopt) << word;
  }
}

TEST(Words, EscapedIsPrintableUtf8) {
  EXPECT_EQ(Escaped("a b\"'"), "a b\"'");
  EXPECT_EQ(Escaped("\\\n\r\t"), "\\\\\\n\\r\\t");
  EXPECT_EQ(Escaped(std::string_view("\0\x1b\x7f", 3)), "\\x00\\x1b\\x7f");
  EXPECT_EQ(Escaped("\xc3\xa4\xf0\x9f\x98\x80"), "\xc3\xa4\xf0\x9f\x98\x80");
  EXPECT_EQ(Escaped("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(Escaped("\xc2\x9b"
                    "31m"),
            "\\xc2\\x9b31m");
  EXPECT_EQ(Escaped("\xc0\xaf\xed\xa0\x80"), "\\xc0\\xaf\\xed\\xa0\\x80");
}

TEST(Words, QuotedIsCutWithinBounds) {
  EXPECT_EQ(Quoted("a\n"), "'a\\n'");
  EXPECT_EQ(Quoted(std::string(64, 'x')), "'" + std::string(64, 'x') + "'");
  EXPECT_EQ(Quoted(std::string(65, 'x')), "'" + std::string(64, 'x') + "...'");
}

}  // namespace
}  // namespace tally

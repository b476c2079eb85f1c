#include "apps/config/label.h"

#include <gtest/gtest.h>

namespace tally {
namespace {

void ExpectDimension(std::string_view text, std::string_view label, std::string_view source) {
  std::optional<Dimension> dimension = ParseDimension(text);
  ASSERT_TRUE(dimension.has_value()) << text;
  EXPECT_EQ(dimension->label, label);
  EXPECT_EQ(dimension->source, source);
}

TEST(Dimension, TakesItsLabelFromTheSource) {
  ExpectDimension("game", "game", "game");
  ExpectDimension("@topic", "topic", "@topic");
  ExpectDimension("/user/country", "country", "/user/country");
  ExpectDimension("/", "", "/");
}

TEST(Dimension, DecodesThePointersLastToken) {
  ExpectDimension("/a/b~1c~0d", "b/c~d", "/a/b~1c~0d");
  ExpectDimension("/~01", "~1", "/~01");
}

TEST(Dimension, HasTheLabelBeforeTheEqualsSign) {
  ExpectDimension("country=/user/country", "country", "/user/country");
  ExpectDimension("t=@topic", "t", "@topic");
  ExpectDimension("a=b=c", "a", "b=c");
  ExpectDimension("/a=b", "a=b", "/a=b");  // a label does not begin with a /
}

TEST(Dimension, NeedsBothSidesOfTheEqualsSign) {
  for (const char* text : {"", "=", "=game", "label="}) EXPECT_FALSE(ParseDimension(text).has_value()) << text;
}

TEST(Dimension, IsFormattedInTheShortestForm) {
  EXPECT_EQ(FormatDimension({"game", "game"}), "game");
  EXPECT_EQ(FormatDimension({"topic", "@topic"}), "@topic");
  EXPECT_EQ(FormatDimension({"country", "/user/country"}), "/user/country");
  EXPECT_EQ(FormatDimension({"land", "/user/country"}), "land=/user/country");
  EXPECT_EQ(FormatDimension({"a", "b=c"}), "a=b=c");
  EXPECT_EQ(FormatDimension({"a", "a=a"}), "a=a=a");
}

TEST(Label, IsAPrometheusLabelThatIsNotReserved) {
  for (const char* text : {"game", "_game", "Game9", "metrics", "le"}) EXPECT_TRUE(IsLabel(text)) << text;
  for (const char* text : {"", "9game", "__name__", "__", "metric", "user-id", "a.b", "a b", "gr\xC3\xBC\xC3\x9F"}) {
    EXPECT_FALSE(IsLabel(text)) << text;
  }
}

TEST(Label, CanBeMadeFromAnyText) {
  EXPECT_EQ(LabelLike("user-id"), "user_id");
  EXPECT_EQ(LabelLike("__name__"), "name__");
  for (const char* text : {"", "9", "__", "___9", "metric", "_metric", "\xFF", "a b"}) {
    EXPECT_TRUE(IsLabel(LabelLike(text))) << LabelLike(text);
  }
}

}  // namespace
}  // namespace tally

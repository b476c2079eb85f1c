#include "core/query/glob.h"

#include <random>
#include <string>

#include "gtest/gtest.h"

namespace tally {
namespace {

Glob GlobOf(std::string_view glob) { return *Glob::Parse(glob); }
bool Matches(std::string_view glob, std::string_view name) { return GlobOf(glob).Matches(name); }

TEST(Glob, WithoutAWildcardMatchesItself) {
  EXPECT_TRUE(Matches("stats:mw:login", "stats:mw:login"));
  EXPECT_FALSE(Matches("stats:mw:login", "stats:mw:logins"));
  EXPECT_FALSE(Matches("stats:mw:login", "stats:mw:logi"));
  EXPECT_TRUE(Matches("", ""));
  EXPECT_FALSE(Matches("", "a"));
}

TEST(Glob, StarMatchesAnyBytes) {
  EXPECT_TRUE(Matches("*", ""));
  EXPECT_TRUE(Matches("***", "abc"));
  EXPECT_TRUE(Matches("a*c", "ac"));
  EXPECT_TRUE(Matches("a*b*c", "a:b:b:c"));
  EXPECT_FALSE(Matches("a*b", "abc"));
  EXPECT_TRUE(Matches("*ab", "aab"));
}

TEST(Glob, QuestionMarkMatchesOneByte) {
  EXPECT_TRUE(Matches("a?c", "abc"));
  EXPECT_FALSE(Matches("a?c", "ac"));
  EXPECT_FALSE(Matches("a?", "a"));
}

TEST(Glob, SetsMatchOneOfTheirBytes) {
  EXPECT_TRUE(Matches("[abc]", "b"));
  EXPECT_FALSE(Matches("[abc]", "d"));
  EXPECT_TRUE(Matches("[a-c]x", "bx"));
  EXPECT_TRUE(Matches("[c-a]", "b"));
  EXPECT_TRUE(Matches("[^a-c]", "d"));
  EXPECT_FALSE(Matches("[^a-c]", "b"));
  EXPECT_TRUE(Matches("[\\]]", "]"));
  EXPECT_TRUE(Matches("[\xf0-\xff]", "\xf5"));
}

TEST(Glob, OddSetsAreReadAsRedisReadsThem) {
  EXPECT_TRUE(Matches("[abc", "c"));  // not closed
  EXPECT_FALSE(Matches("[", "["));
  EXPECT_FALSE(Matches("[]", "]"));
  EXPECT_TRUE(Matches("[^]", "x"));
  EXPECT_TRUE(Matches("[a-]", "^"));  // from ] to a
}

TEST(Glob, BackslashTakesTheNextByteAsItIs) {
  EXPECT_TRUE(Matches("a\\*c", "a*c"));
  EXPECT_FALSE(Matches("a\\*c", "abc"));
  EXPECT_TRUE(Matches("a\\", "a\\"));
}

TEST(Glob, KnowsThePrefixOfEveryMatch) {
  EXPECT_EQ(GlobOf("stats:mw:*").prefix(), "stats:mw:");
  EXPECT_EQ(GlobOf("a\\*b?").prefix(), "a*b");
  EXPECT_EQ(GlobOf("*").prefix(), "");
  EXPECT_FALSE(GlobOf("a\\*b").has_wildcard());
  EXPECT_TRUE(GlobOf("ab[c]").has_wildcard());
}

TEST(Glob, KnowsWhetherAMetricCouldHaveAMatch) {
  auto can = [](std::string_view glob) { return GlobOf(glob).CanMatchSeries("stats", 2); };
  EXPECT_TRUE(can("*"));
  EXPECT_TRUE(can("stats:mw:*"));
  EXPECT_TRUE(can("s*:log?n"));
  EXPECT_TRUE(can("stats::"));
  EXPECT_TRUE(can("[r-t]tats:*"));
  EXPECT_FALSE(can("stats:*[:]*:*:x"));
  EXPECT_FALSE(can("stats"));
  EXPECT_FALSE(can("stats:mw"));
  EXPECT_FALSE(can("stats:[:]:b"));
  EXPECT_FALSE(can("spent:*"));
  EXPECT_TRUE(GlobOf("tot??").CanMatchSeries("total", 0));
  EXPECT_FALSE(GlobOf("total:*").CanMatchSeries("total", 0));
}

TEST(Glob, ManyStarsTakeNoLongerThanOne) {
  std::string stars, name(4000, 'a');
  for (int i = 0; i < 1000; ++i) stars += "a*";
  EXPECT_FALSE(Matches(stars + "b", name));
  EXPECT_TRUE(Matches(stars, name));
}

// The meaning of a glob of bytes, * and ?, in as little code as possible.
bool Means(std::string_view glob, std::string_view name) {
  if (glob.empty()) return name.empty();
  if (glob[0] == '*') return Means(glob.substr(1), name) || (!name.empty() && Means(glob, name.substr(1)));
  return !name.empty() && (glob[0] == '?' || glob[0] == name[0]) && Means(glob.substr(1), name.substr(1));
}

TEST(Glob, MatchesLikeANaiveMatcher) {
  auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  auto text = [&](std::string_view alphabet, size_t longest) {
    std::string out(random() % (longest + 1), ' ');
    for (char& c : out) c = alphabet[random() % alphabet.size()];
    return out;
  };
  for (int i = 0; i < 10'000; ++i) {
    std::string glob = text("ab:**?", 8);
    std::string value = text("ab", 6);
    ASSERT_EQ(Matches(glob, value), Means(glob, value)) << glob << " " << value;
    bool a_series_matches = Means(glob, "ab:" + value);
    ASSERT_TRUE(!a_series_matches || GlobOf(glob).CanMatchSeries("ab", 1)) << glob << " ab:" << value;
  }
}

}  // namespace
}  // namespace tally

#include "apps/config/nearest.h"

#include <gtest/gtest.h>

namespace tally {
namespace {

constexpr std::string_view kWords[] = {"ttl", "clock", "series_max", "clients_max"};

TEST(Nearest, FindsTheWordWithTheFewestTypingErrors) {
  EXPECT_EQ(Nearest("tll", kWords), "ttl");
  EXPECT_EQ(Nearest("tlt", kWords), "ttl");  // by one swap; two changes would be too many for three characters
  EXPECT_EQ(Nearest("clock_", kWords), "clock");
  EXPECT_EQ(Nearest("serie_max", kWords), "series_max");
  EXPECT_EQ(Nearest("client_max", kWords), "clients_max");
}

TEST(Nearest, FindsNothingForAnUnsimilarWord) {
  EXPECT_EQ(Nearest("password_file", kWords), "");
  EXPECT_EQ(Nearest("", kWords), "");
  EXPECT_EQ(Nearest(std::string(100'000, 't'), kWords), "");
}

TEST(DidYouMean, NamesTheNearestWordOrAllWords) {
  EXPECT_EQ(DidYouMean("tll", kWords), "; did you mean 'ttl'?");
  EXPECT_EQ(DidYouMean("xyz", kWords), "; expected one of ttl, clock, series_max, clients_max");
}

}  // namespace
}  // namespace tally

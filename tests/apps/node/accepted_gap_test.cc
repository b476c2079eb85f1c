#include "apps/node/accepted_gap.h"

#include <string>

#include "gtest/gtest.h"

namespace tally {
namespace {

using To = AcceptedGap::To;

TEST(AcceptedGap, NamesTheOffsetToResumeAt) {
  EXPECT_EQ(*ParseAcceptedGap("mw:0@17"), (AcceptedGap{{"mw", 0}, 17, To::kDefault, 0}));
  EXPECT_EQ(*ParseAcceptedGap("mw:0@17=start"), (AcceptedGap{{"mw", 0}, 17, To::kStart, 0}));
  EXPECT_EQ(*ParseAcceptedGap("a.b-c_D:12@0=end"), (AcceptedGap{{"a.b-c_D", 12}, 0, To::kEnd, 0}));
  EXPECT_EQ(*ParseAcceptedGap("mw:0@17=42"), (AcceptedGap{{"mw", 0}, 17, To::kOffset, 42}));
}

TEST(AcceptedGap, RefusesAnyOtherText) {
  for (const char* text :
       {"", "mw", "mw:0", "mw@17", ":0@17", "mw:@17", "mw:0@", "mw:-1@17", "mw:0@-17", "mw:0@17=", "mw:0@17=begin",
        "mw:0@17=-1", "mw:0@17 ", "mw:99999999999@1", "mw:0@99999999999999999999"}) {
    auto gap = ParseAcceptedGap(text);
    EXPECT_EQ(gap.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_NE(gap.status().message().find(text), absl::string_view::npos) << text;
  }
}

}  // namespace
}  // namespace tally

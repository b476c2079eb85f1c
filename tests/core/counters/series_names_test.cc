#include "core/counters/series_names.h"

#include <string>

#include "core/base/strings.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

TEST(SeriesNames, KeepsNameAndNumber) {
  SeriesNames names;
  NameRef login = names.Add(17, "stats:mw:login");
  NameRef all = names.Add(0, "all");
  EXPECT_EQ(names.name(login), "stats:mw:login");
  EXPECT_EQ(names.id(login), 17u);
  EXPECT_EQ(names.name(all), "all");
  EXPECT_EQ(names.id(all), 0u);
}

TEST(SeriesNames, NeverReturnsTheRefThatMeansNone) {
  SeriesNames names;
  EXPECT_NE(names.Add(0, ""), kNoName);
}

TEST(SeriesNames, GivesTheRoomOfAFreedNameToOneOfItsSize) {
  SeriesNames names;
  NameRef login = names.Add(1, "stats:mw:login");
  names.Free(login);
  EXPECT_NE(names.Add(2, "stats:mw:a_longer_one"), login);
  EXPECT_EQ(names.Add(3, "stats:mw:logic"), login);
  EXPECT_EQ(names.name(login), "stats:mw:logic");
  EXPECT_EQ(names.id(login), 3u);
}

TEST(SeriesNames, HasRoomForManyOfAnySize) {
  SeriesNames names;
  std::vector<NameRef> refs;
  auto name = [](size_t i) { return Cat(i, std::string(i * 7919 % 5000, 'x')); };
  for (size_t i = 0; i < 2000; ++i) {
    ASSERT_TRUE(names.HasRoom(name(i).size()));
    refs.push_back(names.Add(static_cast<SeriesId>(i), name(i)));
  }
  for (size_t i = 0; i < refs.size(); ++i) {
    EXPECT_EQ(names.name(refs[i]), name(i));
    EXPECT_EQ(names.id(refs[i]), i);
  }
}

}  // namespace
}  // namespace tally

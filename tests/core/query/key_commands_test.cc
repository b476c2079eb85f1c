#include <algorithm>
#include <set>

#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::StartsWith;

class KeyCommands : public NodeTest {
 protected:
  explicit KeyCommands(const Counters::Options& options = {}) : NodeTest(options) {}

  // A whole scan, page by page; `between` runs before each page but the first.
  template <typename Between>
  std::vector<std::string> Scan(std::vector<std::string_view> options, Between between) {
    std::vector<std::string> keys;
    std::string cursor = "0";
    do {
      if (cursor != "0") between();
      std::vector<std::string_view> words = {"SCAN", cursor};
      words.insert(words.end(), options.begin(), options.end());
      std::vector<std::string> page = Lines(commands_.Execute(words, session_).Finish());
      keys.insert(keys.end(), page.begin() + 1, page.end());
      cursor = page[0];
    } while (cursor != "0");
    return keys;
  }
  std::vector<std::string> Scan(std::vector<std::string_view> options) {
    return Scan(std::move(options), [] {});
  }
};

TEST_F(KeyCommands, ABucketIsAHashOfItsLastDimension) {
  Count("14:34", "mw", "login", 3);
  Count("14:34", "mw", "buy", 2);
  Count("14:35", "mw", "logout");
  EXPECT_THAT(Ask({"HGETALL", "stats:mw:2011_0605_1434"}), ElementsAre("buy 2", "login 3"));
  EXPECT_THAT(Ask({"HKEYS", "stats:mw:2011_0605_1434"}), ElementsAre("buy", "login"));
  EXPECT_THAT(Ask({"HVALS", "stats:mw:2011_0605_1434"}), ElementsAre("2", "3"));
  EXPECT_THAT(Ask({"HLEN", "stats:mw:2011_0605_1434"}), ElementsAre("2"));
  EXPECT_THAT(Ask({"HGET", "stats:mw:2011_0605_1434", "login"}), ElementsAre("3"));
  EXPECT_THAT(Ask({"HGET", "stats:mw:2011_0605_1434", "logout"}), ElementsAre("-"));
  EXPECT_THAT(Ask({"HMGET", "stats:mw:2011_0605_1434", "login", "none", "buy"}), ElementsAre("3", "-", "2"));
}

TEST_F(KeyCommands, HscanIsTheWholeHashInOnePage) {
  Count("14:34", "mw", "login", 3);
  Count("14:34", "mw", "buy", 2);
  EXPECT_THAT(Ask({"HSCAN", "stats:mw:2011_0605_1434", "0"}), ElementsAre("0", "buy 2", "login 3"));
  EXPECT_THAT(Ask({"HSCAN", "stats:mw:2011_0605_1434", "0", "MATCH", "l*", "COUNT", "1"}), ElementsAre("0", "login 3"));
  EXPECT_THAT(Ask({"HSCAN", "none", "0"}), ElementsAre("0"));
  EXPECT_THAT(Ask({"HSCAN", "none", "x"}), ElementsAre("ERR invalid cursor 'x', expected a number"));
  EXPECT_THAT(Ask({"HSCAN", "none", "0", "COUNT", "0"}), ElementsAre(StartsWith("ERR syntax error, expected: HSCAN")));
  EXPECT_EQ(std::get<Table>(Execute({"HSCAN", "none", "0"}).body).columns, 2u);
}

TEST_F(KeyCommands, HexistsIsOneIfTheFieldHasACount) {
  Count("14:34", "mw", "login", 3);
  EXPECT_THAT(Ask({"HEXISTS", "stats:mw:2011_0605_1434", "login"}), ElementsAre("1"));
  EXPECT_THAT(Ask({"HEXISTS", "stats:mw:2011_0605_1434", "none"}), ElementsAre("0"));
  EXPECT_THAT(Ask({"HEXISTS", "none", "login"}), ElementsAre("0"));
}

TEST_F(KeyCommands, MemoryUsageGrowsWithTheFields) {
  Count("14:34", "mw", "login", 3);
  Count("14:34", "mw", "buy", 2);
  EXPECT_THAT(Ask({"MEMORY", "USAGE", "stats:mw:2011_0605_1434"}), ElementsAre("4"));
  EXPECT_THAT(Ask({"memory", "usage", "all:2011_0605_1434", "SAMPLES", "0"}), ElementsAre("2"));
  EXPECT_THAT(Ask({"MEMORY", "USAGE", "none"}), ElementsAre("-"));
  EXPECT_THAT(Ask({"MEMORY", "DOCTOR", "x"}), ElementsAre(StartsWith("ERR unknown subcommand 'DOCTOR' of MEMORY")));
}

TEST_F(KeyCommands, WithoutDimensionsTheFieldIsCount) {
  Count("14:34", "mw", "login", 3);
  EXPECT_THAT(Ask({"HGETALL", "all:2011_0605_1434"}), ElementsAre("count 3"));
  EXPECT_THAT(Ask({"HGET", "all:2011_0605_1434", "count"}), ElementsAre("3"));
  EXPECT_THAT(Ask({"HGET", "all:2011_0605_1434", "login"}), ElementsAre("-"));
}

TEST_F(KeyCommands, FieldsAreTheirEncodedValues) {
  Count("14:34", "mw", "a b:c");
  EXPECT_THAT(Ask({"HKEYS", "stats:mw:2011_0605_1434"}), ElementsAre("a%20b%3Ac"));
  EXPECT_THAT(Ask({"HGET", "stats:mw:2011_0605_1434", "a%20b%3Ac"}), ElementsAre("1"));
  EXPECT_THAT(Ask({"HGET", "stats:2011_0605_1434", "mw:a%20b%3Ac"}), ElementsAre("-"));
}

TEST_F(KeyCommands, AnyOtherKeyIsAnEmptyHash) {
  Count("14:34", "mw", "login", 3);
  for (std::string_view key :
       {"stats:2011_0605_1434", "stats:mw:login:2011_0605_1434", "stats:mw:2011_0605_1433", "stats:mw", "", ":",
        "mw:2011_0605_1434", "stats:mw:2011_0605_14344", "stats:m:2011_0605_1434"}) {
    EXPECT_THAT(Ask({"HGETALL", key}), IsEmpty()) << key;
    EXPECT_THAT(Ask({"HGET", key, "login"}), ElementsAre("-")) << key;
    EXPECT_THAT(Ask({"EXISTS", key}), ElementsAre("0")) << key;
    EXPECT_THAT(Ask({"TYPE", key}), ElementsAre("none")) << key;
    EXPECT_THAT(Ask({"TTL", key}), ElementsAre("-2")) << key;
    EXPECT_THAT(Ask({"PTTL", key}), ElementsAre("-2")) << key;
  }
}

TEST_F(KeyCommands, ExistsCountsEachKeyThatExists) {
  Count("14:34", "mw", "login");
  EXPECT_THAT(Ask({"EXISTS", "stats:mw:2011_0605_1434", "none", "all:2011_0605_1434", "all:2011_0605_1434"}),
              ElementsAre("3"));
  EXPECT_THAT(Ask({"TYPE", "all:2011_0605_1434"}), ElementsAre("hash"));
}

TEST_F(KeyCommands, TtlIsTheTimeUntilTheMinuteIsDropped) {
  Count("14:34", "mw", "login");
  EXPECT_THAT(Ask({"TTL", "all:2011_0605_1434"}), ElementsAre(Cat(4 * 3600 - 30)));
  clock_.Set(At("18:34:59"));
  EXPECT_THAT(Ask({"TTL", "all:2011_0605_1434"}), ElementsAre("1"));
  EXPECT_THAT(Ask({"PTTL", "all:2011_0605_1434"}), ElementsAre("1000"));
  clock_.Set(At("18:35:00"));
  EXPECT_THAT(Ask({"TTL", "all:2011_0605_1434"}), ElementsAre("-2"));
}

TEST_F(KeyCommands, KeysAreAllBucketsUntilTheyExpire) {
  Count("14:34", "mw", "login");
  Count("14:34", "dd", "login");
  Count("14:40", "dd", "logout");
  EXPECT_THAT(Ask({"KEYS", "*"}), ElementsAre("all:2011_0605_1434", "stats:dd:2011_0605_1434",
                                              "stats:mw:2011_0605_1434", "stats:dd:2011_0605_1440"));
  EXPECT_THAT(Ask({"KEYS", "stats:dd:2011_0605*"}), ElementsAre("stats:dd:2011_0605_1434", "stats:dd:2011_0605_1440"));
  EXPECT_THAT(Ask({"KEYS", "all:2011_0605_1434"}), ElementsAre("all:2011_0605_1434"));
  EXPECT_THAT(Ask({"KEYS", "stats*_1440"}), ElementsAre("stats:dd:2011_0605_1440"));
  EXPECT_THAT(Ask({"DBSIZE"}), ElementsAre("4"));
  clock_.Set(At("18:35"));
  EXPECT_THAT(Ask({"KEYS", "*"}), ElementsAre("stats:dd:2011_0605_1440"));
  EXPECT_THAT(Ask({"DBSIZE"}), ElementsAre("1"));
}

TEST_F(KeyCommands, ScanGoesThroughAllBucketsPageByPage) {
  for (std::string_view game : {"a", "b", "c", "d", "e", "mw"}) {
    for (std::string_view time : {"14:30", "14:31", "14:35"}) Count(time, game, "login");
  }
  std::vector<std::string> keys = Scan({"COUNT", "2"});
  EXPECT_EQ(keys.size(), 21u);
  EXPECT_THAT(keys, testing::UnorderedElementsAreArray(Ask({"KEYS", "*"})));
  EXPECT_THAT(Scan({"MATCH", "stats:[ab]:*_1430"}), ElementsAre("stats:a:2011_0605_1430", "stats:b:2011_0605_1430"));
  EXPECT_THAT(Scan({"COUNT", "1", "match", "stats:c:*"}), testing::SizeIs(3));
  EXPECT_THAT(Scan({"TYPE", "hash"}), testing::SizeIs(21));
  EXPECT_THAT(Scan({"type", "string"}), IsEmpty());
}

TEST_F(KeyCommands, ScanReturnsTheKeysThatStayWhileOthersComeAndGo) {
  // Groups a, c, e, ... stay. The groups between them expire and are admitted again, other groups come, and numbers are
  // reused.
  for (char game = 'a'; game <= 'z'; ++game) {
    Count("10:40", std::string(1, game), "gone");
    if (game % 2 == 1) Count("14:30", std::string(1, game), "stays");
  }
  int page = 0;
  std::vector<std::string> keys = Scan({"COUNT", "1"}, [&] {
    clock_.Advance(absl::Minutes(1));
    Cut();
    Count("14:32", Cat(std::string(1, static_cast<char>('a' + 7 * page++ % 26)), "-new"), "login");
  });
  for (char game = 'a'; game <= 'z'; game += 2) {
    EXPECT_EQ(std::count(keys.begin(), keys.end(), Cat("stats:", game, ":2011_0605_1430")), 1) << game;
  }
}

TEST_F(KeyCommands, AScanWhoseBookmarkIsGoneBeginsAgain) {
  Count("10:40", "a", "gone");
  Count("14:30", "b", "stays");
  Count("14:30", "c", "stays");
  std::string cursor = Ask({"SCAN", "0", "COUNT", "1"})[0];
  clock_.Set(At("14:45"));
  for (int i = 0; i < 3; ++i) Ask({"DBSIZE"}), Cut();
  ASSERT_THAT(Ask({"LIST", "stats:a:*"}), IsEmpty());
  Count("14:44", "d", "another");  // and takes its number
  EXPECT_THAT(Ask({"SCAN", cursor}), Contains("stats:b:2011_0605_1430"));
}

TEST_F(KeyCommands, ScanAcceptsAnyCursorAndNamesAnInvalidOne) {
  Count("14:30", "mw", "login");
  for (std::string_view cursor : {"17", "4611686018427387904", "9223372036854775807"}) {
    EXPECT_THAT(Ask({"SCAN", cursor}), ElementsAre("0", "all:2011_0605_1430", "stats:mw:2011_0605_1430")) << cursor;
  }
  EXPECT_THAT(Ask({"SCAN", "x"}), ElementsAre("ERR invalid cursor 'x', expected a number"));
  EXPECT_THAT(Ask({"SCAN", "-1"}), ElementsAre(StartsWith("ERR invalid cursor")));
  for (auto option : {"COUNT", "BOGUS"}) {
    EXPECT_THAT(Ask({"SCAN", "0", option, "0"}), ElementsAre(StartsWith("ERR syntax error, expected: SCAN cursor")));
  }
  EXPECT_THAT(Ask({"SCAN", "0", "MATCH"}), ElementsAre(StartsWith("ERR syntax error")));
}

TEST_F(KeyCommands, AReplyKeepsItsNamesWhileItIsWritten) {
  auto count = [&](std::string_view game) {
    Apply(Cat(R"({"time":)", clock_.Now().millis(), R"(,"game":")", game, R"(","call":"a"})"), clock_.Now());
  };
  std::vector<std::vector<std::string_view>> commands = {
      {"KEYS", "*"}, {"SCAN", "0"}, {"HKEYS", ""}, {"HSCAN", "", "0"}, {"LIST", "*"}, {"TOP", "3", "*", "-1m", "now"}};
  for (std::vector<std::string_view>& words : commands) {
    clock_.Advance(absl::Hours(5));
    count("mw");
    std::string key = Ask({"KEYS", "stats:mw:*"}).at(0);
    if (words[0] == "HKEYS" || words[0] == "HSCAN") words[1] = key;
    std::vector<std::string> expected = Lines(commands_.Execute(words));
    Reply reply = commands_.Execute(words);
    clock_.Advance(absl::Hours(5));
    for (int i = 0; i < 3; ++i) Ask({"DBSIZE"}), Cut();
    for (std::string_view game : {"x", "y", "z"}) count(game);  // and would take the numbers if they were free
    EXPECT_EQ(Lines(reply), expected) << words[0];
    reply = StatusReply("written");
    for (int i = 0; i < 3; ++i) Ask({"DBSIZE"}), Cut();
    EXPECT_THAT(Ask({"LIST"}), ElementsAre("stats:x:a", "stats:y:a", "stats:z:a")) << words[0];
  }
}

}  // namespace
}  // namespace tally

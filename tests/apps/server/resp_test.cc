#include "apps/server/resp.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Words = std::vector<std::string>;

// Gives `text` to a parser in pieces of `piece` bytes; returns its requests, and the error last if there is one.
std::vector<Words> Parse(std::string_view text, size_t piece = SIZE_MAX) {
  RespParser parser;
  std::vector<Words> requests;
  std::string input;
  while (!text.empty()) {
    input += text.substr(0, piece);
    text.remove_prefix(std::min(piece, text.size()));
    for (;;) {
      Parsed parsed = parser.Next(input);
      if (parsed.kind == Parsed::Kind::kNeedMore) break;
      if (parsed.kind == Parsed::Kind::kBroken) {
        requests.push_back({"broken", parsed.error});
        return requests;
      }
      requests.emplace_back(parsed.words.begin(), parsed.words.end());
      input = input.substr(parsed.consumed);  // a new string: the bytes move
    }
  }
  return requests;
}

std::string ErrorOf(std::string_view text) {
  std::vector<Words> requests = Parse(text);
  if (requests.empty() || requests.back().size() != 2 || requests.back()[0] != "broken") return "none";
  return requests.back()[1];
}

std::string Resp(Reply reply, size_t enough = SIZE_MAX, RespVersion version = RespVersion::k2) {
  ReplyInProgress progress{std::move(reply)};
  std::string all;
  std::string chunk;
  for (bool whole = false; !whole; chunk.clear()) {
    whole = AppendResp(progress, version, enough, chunk);
    all += chunk;
  }
  return all;
}

std::string Resp3(Reply reply) { return Resp(std::move(reply), SIZE_MAX, RespVersion::k3); }

Reply Rows(Table::Shape shape, std::vector<Row> rows, size_t columns = 1) {
  Table table;
  table.shape = shape;
  table.rows = rows.size();
  table.columns = columns;
  table.row = [rows](size_t i) { return rows[i]; };
  return {table};
}

TEST(RespParser, ReadsAnArrayOfBulkStrings) {
  EXPECT_THAT(Parse("*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n*1\r\n$4\r\nPING\r\n"),
              ElementsAre(Words{"ECHO", "hi"}, Words{"PING"}));
}

TEST(RespParser, TakesAnyByteAsPartOfAWord) {
  std::string word("a\0\r\n$3\xff", 7);
  EXPECT_THAT(Parse("*1\r\n$7\r\n" + word + "\r\n"), ElementsAre(Words{word}));
}

TEST(RespParser, FindsNoWordsInAnEmptyArray) { EXPECT_THAT(Parse("*0\r\n*-1\r\n"), ElementsAre(Words{}, Words{})); }

// redis-cli --pipe sends an empty line before its last request.
TEST(RespParser, FindsNoWordsInAnEmptyLine) {
  EXPECT_THAT(Parse("\r\n*1\r\n$4\r\nPING\r\n\r\n"), ElementsAre(Words{}, Words{"PING"}, Words{}));
  EXPECT_THAT(Parse("\r"), IsEmpty());
  EXPECT_EQ(ErrorOf("\rx"), "Protocol error: expected LF after CR, got 'x'");
}

TEST(RespParser, TakesAnEmptyWord) { EXPECT_THAT(Parse("*1\r\n$0\r\n\r\n"), ElementsAre(Words{""})); }

TEST(RespParser, WaitsForTheRest) {
  EXPECT_THAT(Parse("*2\r\n$4\r\nECHO\r\n$2\r\nhi\r"), IsEmpty());
  EXPECT_THAT(Parse("*2"), IsEmpty());
}

TEST(RespParser, FindsTheSameRequestsForAnySplitOfTheBytes) {
  std::string text =
      "*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n*0\r\n\r\n"
      "*3\r\n$0\r\n\r\n$4\r\n\r\n\r\n\r\n$12\r\n*1\r\n$4\r\nPING\r\n*1\r\n$1\r\nx\r\n";
  ASSERT_EQ(Parse(text).size(), 5);
  for (size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(Parse(text, piece), Parse(text)) << piece;
}

TEST(RespParser, NamesWhatItExpectedIfTheFramingIsBroken) {
  EXPECT_EQ(ErrorOf("*1\r\n$1\r\nx\r\nPING\r\n"), "Protocol error: expected '*' and up to 16384 words, got 'P'");
  EXPECT_THAT(ErrorOf("*x\r\n"), HasSubstr("expected '*' and up to 16384 words, got '*x'"));
  EXPECT_THAT(ErrorOf("*1\n"), HasSubstr("got '*1\\n'"));
  EXPECT_THAT(ErrorOf("*1\r*"), HasSubstr("got '*1\\r*'"));
  EXPECT_THAT(ErrorOf("*\r\n"), HasSubstr("got '*\\r'"));
  EXPECT_THAT(ErrorOf("*--1\r\n"), HasSubstr("got '*--'"));
  EXPECT_THAT(ErrorOf("*" + std::string(40, '1')), HasSubstr("got '*1111111111'"));
  EXPECT_THAT(ErrorOf("*1\r\n:1\r\n"), HasSubstr("expected '$' and a length, got ':'"));
  EXPECT_THAT(ErrorOf("*1\r\n$-1\r\n"), HasSubstr("expected '$' and a length, got '$-1\\r\\n'"));
  EXPECT_THAT(ErrorOf("*1\r\n$1\r\nxyz"), HasSubstr("expected CRLF after a word, got 'yz'"));
}

TEST(RespParser, RefusesARequestBeyondALimitBeforeItHasArrived) {
  EXPECT_THAT(ErrorOf("*16385\r\n"), HasSubstr("up to 16384 words, got '*16385\\r\\n'"));
  EXPECT_THAT(ErrorOf("*1\r\n$262144\r\n"), HasSubstr("at most 262144 bytes in a request"));
  EXPECT_THAT(ErrorOf("*1\r\n$999999999\r\n"), HasSubstr("at most 262144 bytes in a request"));
  std::string half(RespParser::kRequestBytesMax / 2, 'x');
  EXPECT_THAT(ErrorOf("*2\r\n$131072\r\n" + half + "\r\n$131072\r\n"), HasSubstr("at most 262144 bytes in a request"));
}

TEST(RespParser, TakesARequestOfJustTheLimit) {
  std::string word(RespParser::kRequestBytesMax - 15, 'x');  // *1 CRLF $262129 CRLF, and CRLF after it
  EXPECT_EQ(Parse(Cat("*1\r\n$", word.size(), "\r\n", word, "\r\n"), 4096).at(0).at(0).size(), word.size());
  EXPECT_THAT(ErrorOf(Cat("*1\r\n$", word.size() + 1, "\r\n")), HasSubstr("at most"));
}

TEST(RespParser, SurvivesRandomBytes) {
  std::mt19937 random(20110605);
  const std::string_view kinds = "*$:\r\n0123-PX";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "*";
    for (unsigned n = random() % 40; n > 0; --n) text += kinds[random() % kinds.size()];
    EXPECT_EQ(Parse(text, 1), Parse(text)) << text;
  }
}

TEST(RespWriter, WritesAValueByItsType) {
  EXPECT_EQ(Resp(StatusReply("PONG")), "+PONG\r\n");
  EXPECT_EQ(Resp(BulkReply("12")), "$2\r\n12\r\n");
  EXPECT_EQ(Resp(IntegerReply(-12)), ":-12\r\n");
  EXPECT_EQ(Resp({Value{StringCount{1234}}}), "$4\r\n1234\r\n");
  EXPECT_EQ(Resp({Value{StringCount{1234, /*open=*/true}}}), "$9\r\n1234 open\r\n");
  EXPECT_EQ(Resp({Value{StringCount{1234, /*open=*/false, /*decimals=*/3}}}), "$5\r\n1.234\r\n");
  EXPECT_EQ(Resp(NullReply()), "$-1\r\n");
  EXPECT_EQ(Resp3(NullReply()), "_\r\n");
  EXPECT_EQ(Resp({Value{WordList{"a", ""}}}), "*2\r\n$1\r\na\r\n$0\r\n\r\n");
  EXPECT_EQ(Resp({Value{WordList{}}}), "*0\r\n");
  EXPECT_EQ(Resp(ErrorReply("no such\r\nthing")), "-ERR no such  thing\r\n");
  EXPECT_EQ(Resp({Error{"no HELLO 4", "NOPROTO"}}), "-NOPROTO no HELLO 4\r\n");
}

TEST(RespWriter, WritesAFlatTableAsOneArrayOfItsCells) {
  EXPECT_EQ(Resp(Rows(Table::Shape::kFlat, {{"a", "1"}, {"b", NullCell()}}, 2)),
            "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$-1\r\n");
  EXPECT_EQ(Resp(Rows(Table::Shape::kFlat, {})), "*0\r\n");
  EXPECT_EQ(Resp3(Rows(Table::Shape::kFlat, {{"a"}, {NullCell()}})), "*2\r\n$1\r\na\r\n_\r\n");
}

TEST(RespWriter, WritesAMapAsAMapInVersionThree) {
  const Reply map = Rows(Table::Shape::kMap, {{"a", "1"}, {"b", NullCell()}}, 2);
  EXPECT_EQ(Resp(map), "*4\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n$-1\r\n");
  EXPECT_EQ(Resp3(map), "%2\r\n$1\r\na\r\n$1\r\n1\r\n$1\r\nb\r\n_\r\n");
  EXPECT_EQ(Resp3(Rows(Table::Shape::kMap, {}, 2)), "%0\r\n");
}

TEST(RespWriter, WritesANestedTableAsAnArrayOfArrays) {
  EXPECT_EQ(Resp(Rows(Table::Shape::kNested, {{"a", int64_t{1}}, {"b", int64_t{2}, "open"}})),
            "*2\r\n*2\r\n$1\r\na\r\n:1\r\n*3\r\n$1\r\nb\r\n:2\r\n$4\r\nopen\r\n");
}

TEST(RespWriter, WritesLinesAsOneString) {
  EXPECT_EQ(Resp(Rows(Table::Shape::kLines, {{"# Server"}, {"a:1"}}), 1), "$15\r\n# Server\r\na:1\r\n\r\n");
  EXPECT_EQ(Resp3(Rows(Table::Shape::kLines, {{"# Server"}, {"a:1"}})), "=19\r\ntxt:# Server\r\na:1\r\n\r\n");
}

TEST(RespWriter, WritesACursorAndItsKeys) {
  EXPECT_EQ(Resp(Rows(Table::Shape::kCursor, {{int64_t{17}}, {"a"}, {"b"}})),
            "*2\r\n$2\r\n17\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n");
  EXPECT_EQ(Resp(Rows(Table::Shape::kCursor, {{"0"}})), "*2\r\n$1\r\n0\r\n*0\r\n");
  EXPECT_EQ(Resp(Rows(Table::Shape::kCursor, {{"0"}, {"a", "1"}}, 2)), "*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\n1\r\n");
}

TEST(RespWriter, WritesEachPushOnItsOwn) {
  const Reply pushes = Rows(Table::Shape::kPushes, {{"subscribe", "a", int64_t{1}}, {"subscribe", "b", int64_t{2}}});
  EXPECT_EQ(Resp3(pushes), ">3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n>3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n");
  EXPECT_EQ(Resp(pushes), "*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n*3\r\n$9\r\nsubscribe\r\n$1\r\nb\r\n:2\r\n");
  EXPECT_EQ(Resp3(InvalidationReply({"a", "b"})), ">2\r\n$10\r\ninvalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n");
}

TEST(RespWriter, MakesTheSameBytesForAnySizeOfChunks) {
  std::vector<Row> rows;
  for (int64_t i = 0; i < 50; ++i) rows.push_back({i});
  for (auto shape : {Table::Shape::kFlat, Table::Shape::kNested, Table::Shape::kCursor, Table::Shape::kLines}) {
    for (size_t enough = 1; enough < 600; ++enough) {
      EXPECT_EQ(Resp(Rows(shape, rows), enough), Resp(Rows(shape, rows))) << enough;
    }
  }
}

}  // namespace
}  // namespace tally

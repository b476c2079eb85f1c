#include "apps/server/text_protocol.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Words = std::vector<std::string>;

// Gives `text` to a parser in pieces of `piece` bytes; returns its requests, and the error last if there is one.
std::vector<Words> ParseText(std::string_view text, size_t piece = SIZE_MAX) {
  TextParser parser;
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
      if (parsed.kind == Parsed::Kind::kInvalid) {
        requests.push_back({"invalid", parsed.error});
      } else {
        requests.emplace_back(parsed.words.begin(), parsed.words.end());
      }
      input.erase(0, parsed.consumed);
    }
  }
  return requests;
}

std::string Text(Reply reply, size_t enough = SIZE_MAX) {
  ReplyInProgress progress{std::move(reply)};
  std::string all;
  std::string chunk;
  for (bool whole = false; !whole; chunk.clear()) {
    whole = AppendText(progress, enough, chunk);
    all += chunk;
  }
  return all;
}

Reply Rows(std::vector<Row> rows, size_t columns = 1) {
  Table table;
  table.rows = rows.size();
  table.columns = columns;
  table.row = [rows](size_t i) { return rows[i]; };
  return {table};
}

TEST(TextParser, EndsALineAtLfAndAtCrlf) {
  EXPECT_THAT(ParseText("PING\nGET a\r\n"), ElementsAre(Words{"PING"}, Words{"GET", "a"}));
}

TEST(TextParser, SeparatesWordsAtSpacesAndTabs) {
  EXPECT_THAT(ParseText(" HGET \t a\tb  \n"), ElementsAre(Words{"HGET", "a", "b"}));
}

TEST(TextParser, TakesQuotedWordsAsRedisDoes) {
  EXPECT_THAT(ParseText("HGET key \"a b\"\n"), ElementsAre(Words{"HGET", "key", "a b"}));
  EXPECT_THAT(ParseText("HGET '' \"\" 'a \"b'\n"), ElementsAre(Words{"HGET", "", "", "a \"b"}));
  EXPECT_THAT(ParseText("\"it's\" 'it\\'s' 'a\\n'\r\n"), ElementsAre(Words{"it's", "it's", "a\\n"}));
  EXPECT_THAT(ParseText("\"\\x41\\n\\r\\t\\b\\a\\\\\\\"\\q\\x4\\xgg\"\n"), ElementsAre(Words{"A\n\r\t\b\a\\\"qx4xgg"}));
  EXPECT_THAT(ParseText("ab\"c d\" e\\f\n"), ElementsAre(Words{"abc d", "e\\f"}));
  EXPECT_THAT(ParseText("ECHO \"END\"\nPING\n"), ElementsAre(Words{"ECHO", "END"}, Words{"PING"}));
}

TEST(TextParser, TakesTheNextLineAfterUnbalancedQuotes) {
  for (std::string line : {"ECHO \"a", "ECHO 'a", "ECHO \"a\"b", "ECHO 'a'\"b\"", "\"", "ECHO \"a\\\"", "'\\'"}) {
    EXPECT_THAT(ParseText(line + "\r\nPING\n"),
                ElementsAre(Words{"invalid", "unbalanced quotes in request"}, Words{"PING"}))
        << line;
  }
}

TEST(TextParser, FindsNoWordsInAnEmptyLine) { EXPECT_THAT(ParseText("\n \r\n"), ElementsAre(Words{}, Words{})); }

TEST(TextParser, WaitsForTheEndOfALine) { EXPECT_THAT(ParseText("PING"), IsEmpty()); }

TEST(TextParser, TakesAnyByteForPartOfAWord) {
  std::string word("a\0\x01\xff*$", 6);
  EXPECT_THAT(ParseText("ECHO " + word + "\n"), ElementsAre(Words{"ECHO", word}));
}

TEST(TextParser, FindsTheSameRequestsForAnySplitOfTheBytes) {
  std::string text =
      "PING\r\n\n  GET a  -1m\nECHO \r x\r\n\"a\" 'b\n\"a\" 'b'\n" + std::string(300, 'x') + "\nHGET a b\n";
  for (size_t piece = 1; piece <= text.size(); ++piece) EXPECT_EQ(ParseText(text, piece), ParseText(text)) << piece;
}

TEST(TextParser, TakesALineOfJustTheLimit) {
  std::string line(TextParser::kLineBytesMax, 'x');
  EXPECT_THAT(ParseText(line + "\nPING\n"), ElementsAre(Words{line}, Words{"PING"}));
  EXPECT_THAT(ParseText(line + "\r\nPING\n", 1000), ElementsAre(Words{line}, Words{"PING"}));
}

TEST(TextParser, RefusesALongerLineOnceItIsTooLong) {
  std::string line(TextParser::kLineBytesMax + 1, 'x');
  EXPECT_THAT(ParseText(line + "\n"), ElementsAre(ElementsAre("broken", HasSubstr("at most 65536 bytes"))));
  EXPECT_THAT(ParseText(line + "x"), ElementsAre(ElementsAre("broken", HasSubstr("at most 65536 bytes"))));
}

TEST(TextParser, RefusesHttp) {
  for (std::string line :
       {"POST /api HTTP/1.1", "POST", "host: example.com", "GET / HTTP/1.1", "POST /it's HTTP/1.1"}) {
    EXPECT_THAT(ParseText(line + "\r\n"), ElementsAre(ElementsAre("broken", HasSubstr("HTTP")))) << line;
  }
}

TEST(TextWriter, WritesAValueAndEnd) {
  EXPECT_EQ(Text(StatusReply("PONG")), "PONG\nEND\n");
  EXPECT_EQ(Text(BulkReply("12")), "12\nEND\n");
  EXPECT_EQ(Text(IntegerReply(-7)), "-7\nEND\n");
}

TEST(TextWriter, WritesNoLineForNull) { EXPECT_EQ(Text(NullReply()), "END\n"); }

TEST(TextWriter, WritesOneLinePerRowAndNullCellsAsADash) {
  EXPECT_EQ(Text(Rows({{"a", int64_t{1}}, {"b", NullCell()}}, 2)), "a 1\nb -\nEND\n");
  EXPECT_EQ(Text(Rows({{"a", StringCount{1234}}})), "a 1234\nEND\n");
  EXPECT_EQ(Text(Rows({{"a", StringCount{5, /*open=*/false, /*decimals=*/2}}})), "a 0.05\nEND\n");
  EXPECT_EQ(Text(Rows({})), "END\n");
}

TEST(TextWriter, KeepsAnErrorOnOneLine) { EXPECT_EQ(Text(ErrorReply("no such\r\nthing")), "ERR no such  thing\n"); }

TEST(TextWriter, KeepsACellOnOneLine) { EXPECT_EQ(Text(BulkReply("a\nEND\n")), "\"a\\x0aEND\\x0a\"\nEND\n"); }

TEST(TextWriter, QuotesAFieldThatWouldBeTakenForSomethingElse) {
  const std::vector<std::pair<std::string, std::string>> fields = {
      {"", "\"\""},       {"a b", "\"a b\""}, {"a\"b", "\"a\\\"b\""}, {"it's", "\"it's\""},
      {"END", "\"END\""}, {"ERR", "\"ERR\""}, {"ERROR", "\"ERROR\""}, {"\x01 \\\x7f", "\"\\x01 \\\\\\x7f\""},
      {"end", "end"},     {"a\\b", "a\\b"},   {"ENDS", "ENDS"},       {"\xc3\xa4\xff", "\xc3\xa4\xff"},
  };
  for (const auto& [field, written] : fields) {
    EXPECT_EQ(Text(BulkReply(field)), Cat(written, "\nEND\n"));
    EXPECT_EQ(Text(Rows({{field, int64_t{1}}}, 2)), Cat(written, " 1\nEND\n"));
    EXPECT_THAT(ParseText(Cat("ECHO ", written, "\n")), ElementsAre(Words{"ECHO", field}));
  }
}

TEST(TextWriter, LeavesALineForAPersonAsItIs) {
  Reply lines = Rows({{"GET series [when]"}, {""}, {"it's \"quoted\""}});
  std::get<Table>(lines.body).plain = true;
  EXPECT_EQ(Text(lines), "GET series [when]\n\nit's \"quoted\"\nEND\n");
}

TEST(TextWriter, WritesOpenAfterTheCountOfAnOpenMinute) {
  EXPECT_EQ(Text({Value{StringCount{12, /*open=*/true}}}), "12 open\nEND\n");
}

TEST(TextWriter, MakesTheSameBytesForAnySizeOfChunks) {
  std::vector<Row> rows;
  for (int64_t i = 0; i < 50; ++i) rows.push_back({std::string("series"), i});
  for (size_t enough = 1; enough < 600; ++enough) {
    EXPECT_EQ(Text(Rows(rows, 2), enough), Text(Rows(rows, 2))) << enough;
  }
}

TEST(TextWriter, StopsWithinARowOfEnough) {
  ReplyInProgress progress{Rows(std::vector<Row>(1000, Row{std::string(9, 'x')}))};
  std::string out;
  EXPECT_FALSE(AppendText(progress, 100, out));
  EXPECT_EQ(out.size(), 100);
}

}  // namespace
}  // namespace tally

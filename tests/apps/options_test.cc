#include "apps/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apps/commit.h"
#include "core/base/strings.h"

namespace tally {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Command Parse(std::vector<const char*> args) {
  args.insert(args.begin(), "tallyd");
  return ParseOptions(static_cast<int>(args.size()), args.data());
}

// Returns the options of the command in `args`.
template <typename Options>
Options Parsed(const std::vector<const char*>& args) {
  Command command = Parse(args);
  if (const auto* exit = std::get_if<Exit>(&command)) ADD_FAILURE() << exit->text;
  const auto* options = std::get_if<Options>(&command);
  EXPECT_NE(options, nullptr);
  return options == nullptr ? Options() : *options;
}

std::vector<std::string> QueryOf(const std::vector<const char*>& args) { return Parsed<QueryOptions>(args).command; }

void ExpectWrong(const std::vector<const char*>& args, const std::string& what) {
  Command command = Parse(args);
  const auto* exit = std::get_if<Exit>(&command);
  ASSERT_NE(exit, nullptr) << what;
  EXPECT_EQ(exit->status, kExitUsage);
  EXPECT_THAT(exit->text, HasSubstr(what));
  EXPECT_THAT(exit->text, HasSubstr("--help"));
}

std::string HelpOf(const std::vector<const char*>& args) {
  Command command = Parse(args);
  const auto* exit = std::get_if<Exit>(&command);
  EXPECT_TRUE(exit != nullptr && exit->status == kExitDone);
  return exit == nullptr ? "" : exit->text;
}

TEST(Serve, NeedsNoOption) {
  ServeOptions options = Parsed<ServeOptions>({"serve"});
  EXPECT_EQ(options.config, std::nullopt);
  EXPECT_THAT(options.set, IsEmpty());
  EXPECT_EQ(options.brokers, std::nullopt);
  EXPECT_FALSE(options.init);
  EXPECT_FALSE(options.recount);
}

TEST(Serve, AcceptsEveryOption) {
  ServeOptions options = Parsed<ServeOptions>({"serve", "--config", "f", "--brokers", "b", "--topics", "x,y", "--data",
                                               "d", "--listen", "l:1", "--http=h:2", "--init", "--recount"});
  EXPECT_EQ(options.config, "f");
  EXPECT_EQ(options.brokers, "b");
  EXPECT_EQ(options.topics, "x,y");
  EXPECT_EQ(options.data, "d");
  EXPECT_EQ(options.listen, "l:1");
  EXPECT_EQ(options.http, "h:2");
  EXPECT_TRUE(options.init);
  EXPECT_TRUE(options.recount);
}

TEST(Serve, KeepsTheOrderAndTheTextOfSet) {
  EXPECT_THAT(Parsed<ServeOptions>({"serve", "--set", "a.b=[\"x\",\"y\"]", "--set=c.d=e=f", "--set", "g.h="}).set,
              ElementsAre("a.b=[\"x\",\"y\"]", "c.d=e=f", "g.h="));
}

TEST(Serve, AcceptsOneSettingForEachSet) { ExpectWrong({"serve", "--set", "a.b=1", "c.d=2"}, "c.d=2"); }

TEST(Serve, AcceptsOneGapForEachAcceptGap) {
  EXPECT_THAT(Parsed<ServeOptions>({"serve", "--accept-gap", "x:0@1", "--accept-gap=y:1@2=end"}).accepted_gaps,
              ElementsAre("x:0@1", "y:1@2=end"));
}

TEST(Serve, DistinguishesAnEmptyTextFromNone) { EXPECT_EQ(Parsed<ServeOptions>({"serve", "--data", ""}).data, ""); }

TEST(Serve, TakesTheLastOfSeveralValues) {
  const ServeOptions options = Parsed<ServeOptions>(
      {"serve", "--config", "a", "--brokers", "x", "--config=b", "--brokers", "y", "--init", "--init"});
  EXPECT_EQ(options.config, "b");
  EXPECT_EQ(options.brokers, "y");
  EXPECT_TRUE(options.init);
  EXPECT_EQ(Parsed<DemoOptions>({"demo", "--rate", "5", "--rate", "6"}).rate, 6);
  EXPECT_EQ(Parsed<CheckOptions>({"check", "--config", "a", "--config", "b", "--data", "c", "--data", "d"}).config,
            "b");
  EXPECT_EQ(Parsed<DumpOptions>({"dump", "dir", "--format", "csv", "--format", "json"}).format,
            DumpOptions::Format::kJson);
  EXPECT_EQ(Parsed<QueryOptions>({"query", "-p", "1", "-p", "2", "PING"}).port, 2);
}

TEST(Serve, RefusesUnknownArguments) {
  ExpectWrong({"serve", "--accept-loss", "x:0@1"}, "unexpected argument '--accept-loss'");
  ExpectWrong({"serve", "extra"}, "extra");
  ExpectWrong({"serve", "--config"}, "--config");
  ExpectWrong({"serve", "-h"}, "-h");
}

TEST(Demo, RunsUntilInterruptedOrForSomeSeconds) {
  EXPECT_EQ(Parsed<DemoOptions>({"demo"}).seconds, 0);
  EXPECT_EQ(Parsed<DemoOptions>({"demo"}).rate, 1000);
  EXPECT_EQ(Parsed<DemoOptions>({"demo", "--seconds", "5", "--rate", "20"}).seconds, 5);
  EXPECT_EQ(Parsed<DemoOptions>({"demo", "--seconds", "5", "--rate", "20"}).rate, 20);
}

TEST(Demo, LimitsItsNumbers) {
  for (const char* n : {"0", "-1", "x", "1.5", "", "86401", "99999999999999999999"}) {
    ExpectWrong({"demo", "--seconds", n}, "--seconds");
  }
  for (const char* n : {"0", "-1", "1000001"}) ExpectWrong({"demo", "--rate", n}, "--rate");
}

TEST(Try, NeedsNoOption) {
  EXPECT_EQ(Parsed<TryOptions>({"try"}).config, std::nullopt);
  EXPECT_EQ(Parsed<TryOptions>({"try"}).file, "");
  EXPECT_EQ(Parsed<TryOptions>({"try"}).limit, INT64_MAX);
}

TEST(Try, AcceptsEveryOption) {
  const TryOptions options = Parsed<TryOptions>({"try", "--config", "f.toml", "--limit", "10", "access.log"});
  EXPECT_EQ(options.config, "f.toml");
  EXPECT_EQ(options.limit, 10);
  EXPECT_EQ(options.file, "access.log");
  for (const char* n : {"0", "-1", "x"}) ExpectWrong({"try", "--limit", n}, "--limit");
  ExpectWrong({"try", "a", "b"}, "unexpected argument 'b'");
}

TEST(Check, NeedsAFile) {
  EXPECT_EQ(Parsed<CheckOptions>({"check", "--config", "f.toml"}).config, "f.toml");
  EXPECT_EQ(Parsed<CheckOptions>({"check", "--config", "f.toml"}).data, std::nullopt);
  EXPECT_EQ(Parsed<CheckOptions>({"check", "--config", "f.toml", "--data", "d"}).data, "d");
  ExpectWrong({"check"}, "--config");
  ExpectWrong({"check", "f.toml"}, "--config");
  ExpectWrong({"check", "--config", "f.toml", "g.toml"}, "g.toml");
}

TEST(Dump, NeedsADirectory) {
  EXPECT_EQ(Parsed<DumpOptions>({"dump", "dir"}).dir, "dir");
  EXPECT_EQ(Parsed<DumpOptions>({"dump", "check"}).dir, "check");
  EXPECT_EQ(Parsed<DumpOptions>({"dump", "--", "-dir"}).dir, "-dir");
  ExpectWrong({"dump"}, "DIR");
  ExpectWrong({"dump", "a", "b"}, "b");
}

TEST(Dump, HasThreeFormats) {
  using Format = DumpOptions::Format;
  EXPECT_EQ(Parsed<DumpOptions>({"dump", "dir"}).format, Format::kText);
  EXPECT_EQ(Parsed<DumpOptions>({"dump", "dir", "--format", "text"}).format, Format::kText);
  EXPECT_EQ(Parsed<DumpOptions>({"dump", "--format", "json", "dir"}).format, Format::kJson);
  EXPECT_EQ(Parsed<DumpOptions>({"dump", "--format=csv", "dir"}).format, Format::kCsv);
  ExpectWrong({"dump", "dir", "--format", "xml"}, "xml");
  ExpectWrong({"dump", "dir", "--format", "1"}, "--format");
}

TEST(Query, ConnectsToTheDefaultPortOfThisMachine) {
  QueryOptions options = Parsed<QueryOptions>({"query", "PING"});
  EXPECT_EQ(options.host, "127.0.0.1");
  EXPECT_EQ(options.port, 7878);
  EXPECT_THAT(options.command, ElementsAre("PING"));
}

TEST(Query, AcceptsAHostAndAPort) {
  QueryOptions options = Parsed<QueryOptions>({"query", "-h", "::1", "-p", "80", "PING"});
  EXPECT_EQ(options.host, "::1");
  EXPECT_EQ(options.port, 80);
  EXPECT_EQ(Parsed<QueryOptions>({"query", "-p81", "-hx", "PING"}).port, 81);
  EXPECT_EQ(Parsed<QueryOptions>({"query", "-h", "query", "PING"}).host, "query");
  EXPECT_EQ(Parsed<QueryOptions>({"query", "--password-file", "PING", "PING"}).password_file, "PING");
  for (const char* port : {"0", "65536", "-1", "x"}) ExpectWrong({"query", "-p", port, "PING"}, "-p");
}

TEST(Query, PassesOnEverythingAfterTheCommand) {
  EXPECT_THAT(QueryOf({"query", "GET", "-x", "-h", "-p", "--help", "--", "--version", ""}),
              ElementsAre("GET", "-x", "-h", "-p", "--help", "--", "--version", ""));
  EXPECT_THAT(QueryOf({"query", "-p", "80", "GET", "a", "-15m"}), ElementsAre("GET", "a", "-15m"));
  EXPECT_THAT(QueryOf({"query", "LIST", "[ab]"}), ElementsAre("LIST", "[ab]"));
  EXPECT_THAT(QueryOf({"query", "[ab]"}), ElementsAre("[ab]"));
  EXPECT_THAT(QueryOf({"query", "dump", "check"}), ElementsAre("dump", "check"));
  EXPECT_THAT(QueryOf({"query", "--", "-x"}), ElementsAre("-x"));
  EXPECT_THAT(QueryOf({"query", "", "x"}), ElementsAre("", "x"));
  EXPECT_THAT(QueryOf({"query", "-", "x"}), ElementsAre("-", "x"));
}

TEST(Query, NeedsACommand) {
  ExpectWrong({"query"}, "expected a command");
  ExpectWrong({"query", "--"}, "expected a command");
  ExpectWrong({"query", "-p", "80"}, "expected a command");
  ExpectWrong({"query", "-p"}, "-p");
  ExpectWrong({"query", "-x", "PING"}, "-x");
}

TEST(Options, NeedACommandThatExists) {
  ExpectWrong({}, "expected a command");
  ExpectWrong({""}, "unknown command");
  ExpectWrong({"srve"}, "unknown command 'srve'; did you mean 'serve'?");
  ExpectWrong({"report"}, "unknown command 'report'; expected one of serve, demo, try, check, dump, query");
  ExpectWrong({"--init"}, "--init");
  ExpectWrong({"--config", "serve"}, "--config");
  ExpectWrong({"-h"}, "unknown option '-h'");
}

TEST(Options, RefuseTwoCommands) { ExpectWrong({"demo", "check"}, "check"); }

TEST(Version, IsOneLineThatNamesTheCommit) {
  const std::string_view commit = Commit().empty() ? "unknown: not built in a git repository" : Commit();
  EXPECT_EQ(HelpOf({"--version"}), Cat("tallyd ", TALLY_VERSION, " (commit ", commit, ")\n"));
}

TEST(Help, NamesCommandsAndExitStatuses) {
  const std::string help = HelpOf({"--help"});
  for (const char* word : {"Usage: tallyd COMMAND", "serve", "demo", "check", "dump", "query", "--version",
                           "Exit status", "  3  the data directory"}) {
    EXPECT_THAT(help, HasSubstr(word));
  }
}

TEST(Help, NamesEveryOptionOfACommand) {
  for (const char* word : {"Usage: tallyd serve", "--config FILE", "--set SECTION.KEY=VALUE", "--brokers B",
                           "--topics A,B", "--data DIR", "--listen H:P", "--http H:P", "--init", "--recount"}) {
    EXPECT_THAT(HelpOf({"serve", "--help"}), HasSubstr(word));
  }
  for (const char* word : {"--seconds N", "--rate N"}) EXPECT_THAT(HelpOf({"demo", "--help"}), HasSubstr(word));
  EXPECT_THAT(HelpOf({"check", "--help"}), HasSubstr("--config FILE"));
  EXPECT_THAT(HelpOf({"dump", "--help"}), HasSubstr("--format text|json|csv"));
  for (const char* word : {"-h H", "-p P", "COMMAND..."}) EXPECT_THAT(HelpOf({"query", "--help"}), HasSubstr(word));
}

TEST(Help, IsPrintedAlsoIfArgumentsAreMissing) {
  EXPECT_THAT(HelpOf({"dump", "--help"}), HasSubstr("Usage: tallyd dump"));
  EXPECT_THAT(HelpOf({"query", "-p", "80", "--help"}), HasSubstr("Usage: tallyd query"));
}

}  // namespace
}  // namespace tally

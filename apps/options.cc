#include "apps/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "apps/commit.h"
#include "apps/config/nearest.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr std::string_view kCommands[] = {"serve", "demo", "try", "check", "dump", "query"};

constexpr char kAbout[] = "Counts events from Kafka per minute, exactly, and answers queries for them.";

constexpr char kFooter[] =
    "tallyd COMMAND --help describes each command.\n"
    "\n"
    "Exit status:\n"
    "  0  done\n"
    "  1  a failure at run time; the last line on stderr says which\n"
    "  2  wrong usage or configuration\n"
    "  3  the data directory is locked, damaged, of another configuration or version,\n"
    "     or unexpectedly empty";

constexpr char kServeFooter[] =
    "Without a file, every key has its default, and `stats` is counted by game and call. Flags\n"
    "override --set, and --set overrides the file. `tallyd check --config /dev/null` prints\n"
    "every key. SIGTERM and SIGINT end the node after a last checkpoint: the exit status is 0,\n"
    "or 1 if that checkpoint failed. The line `listening text=H:P http=H:P` on stderr reports\n"
    "the ports.\n"
    "\n"
    "If records have expired, --accept-gap mw:0@17 resumes where the log begins. If the\n"
    "partition stopped for another reason, add where to resume: mw:0@17=start, =end or =OFFSET.\n"
    "\n"
    "Examples:\n"
    "  tallyd serve --brokers broker:9092 --topics mw,hh\n"
    "  tallyd serve --config tallyd.toml --set retention.ttl=8h --set 'kafka.topics=[\"mw\"]'";

constexpr char kDemoFooter[] =
    "Needs no Kafka: the demo contains a broker. Its data is in a temporary directory, which it\n"
    "removes at the end. Prints how to query it, and then a line a second.";

constexpr char kCheckFooter[] =
    "Prints the whole configuration as TOML, with its defaults; secrets are printed as ***. An\n"
    "error names the file, the line and the column, and the exit status is 2. Contacts no broker.\n"
    "With --data, also prints, as comments, what `serve` would do to the directory, and changes\n"
    "nothing in it. The exit status is 3 if `serve` would refuse it.";

constexpr char kTryFooter[] =
    "Reads records from FILE or standard input, one per line, and counts them as a node would.\n"
    "Needs no Kafka. Prints how many were counted and why others were not, the largest series,\n"
    "and the first rejected records. The clock follows the events, as with retention.clock =\n"
    "\"event\", so an old file is not late. The exit status is 1 if nothing was counted.\n"
    "\n"
    "Examples:\n"
    "  tallyd try --config tallyd.toml access.log\n"
    "  kcat -C -b broker:9092 -t mw -o -1000 -e | tallyd try";

constexpr char kDumpFooter[] =
    "Prints the checkpoint's sequence and offsets, then every counter. Locks the directory: the\n"
    "exit status is 3 if a node uses it. Changes nothing in the directory.";

constexpr char kQueryFooter[] =
    "Everything after COMMAND belongs to it, also arguments that begin with a dash. The command\n"
    "HELP lists the commands of a node. The exit status is 1 if the reply is an ERR or is missing.\n"
    "\n"
    "Examples:\n"
    "  tallyd query GET stats:mw:login -15m\n"
    "  tallyd query -p 7000 TOP 10 'stats:mw:*' -1h now";

// Prints CLI11's usage line with the arguments that a person types.
class Formatter : public CLI::Formatter {
 public:
  Formatter() { column_width(28); }

  std::string make_usage(const CLI::App* app, std::string) const override {
    static const std::map<std::string, std::string> kArguments = {
        {"tallyd", "COMMAND [OPTION]..."},       {"serve", "[OPTION]..."},      {"demo", "[OPTION]..."},
        {"check", "--config FILE [--data DIR]"}, {"try", "[OPTION]... [FILE]"}, {"dump", "[OPTION]... DIR"},
        {"query", "[OPTION]... COMMAND..."},
    };
    const std::string& name = app->get_name();
    return Cat("Usage: ", name == "tallyd" ? "" : "tallyd ", name, " ", kArguments.at(name), "\n");
  }
  std::string make_footer(const CLI::App* app) const override { return app->get_footer() + "\n"; }
};

CLI::App* AddCommand(CLI::App& app, const char* name, const char* about, const char* footer) {
  return app.add_subcommand(name, about)->group("Commands")->footer(footer);
}

// The targets of the parser. Their initial values are the defaults.
struct ParsedOptions {
  ServeOptions serve;
  DemoOptions demo;
  CheckOptions check;
  TryOptions tried;
  DumpOptions dump;
  QueryOptions query;
};

// Adds an option that keeps its text unchanged. An option that is not given differs from an empty one.
CLI::Option* AddText(CLI::App& app, const char* name, std::optional<std::string>& target, const char* about) {
  auto set = [&target](const std::string& text) { target = text; };
  return app.add_option_function<std::string>(name, set, about);
}

void AddServe(CLI::App& app, ServeOptions& options) {
  CLI::App* serve = AddCommand(app, "serve", "Run the node", kServeFooter);
  AddText(*serve, "--config", options.config, "Read the configuration from this file")->option_text("FILE");
  serve->add_option("--set", options.set, "Set one key of the configuration; repeatable")
      ->option_text("SECTION.KEY=VALUE")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);  // one for each --set
  AddText(*serve, "--brokers", options.brokers, "kafka.brokers, as host:9092,host:9092")->option_text("B");
  AddText(*serve, "--topics", options.topics, "kafka.topics")->option_text("A,B");
  AddText(*serve, "--data", options.data, "checkpoint.dir, where the counts are kept")->option_text("DIR");
  AddText(*serve, "--listen", options.listen, "server.listen, for queries; port 0: any free port")->option_text("H:P");
  AddText(*serve, "--http", options.http, "server.http, for metrics and health")->option_text("H:P");
  serve->add_flag("--init", options.init, "Start in an empty directory although an earlier node committed offsets");
  serve->add_flag(
      "--recount", options.recount,
      "Count again from kafka.start if [event] or a metric has changed, or the directory's version is unknown");
  serve
      ->add_option("--accept-gap", options.accepted_gaps,
                   "Resume the stopped partition whose next offset is NEXT; repeatable")
      ->option_text("TOPIC:PARTITION@NEXT")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
}

void AddDemo(CLI::App& app, DemoOptions& options) {
  CLI::App* demo = AddCommand(app, "demo", "Run a node on a generated stream, to try it out", kDemoFooter);
  demo->add_option("--seconds", options.seconds, "End after N seconds (default: on Ctrl-C)")
      ->option_text("N")
      ->check(CLI::Range(1, DemoOptions::kSecondsMax));
  demo->add_option("--rate", options.rate, "Events a second (1000)")
      ->option_text("N")
      ->check(CLI::Range(1, DemoOptions::kRateMax));
}

void AddCheck(CLI::App& app, CheckOptions& options) {
  CLI::App* check = AddCommand(app, "check", "Check a configuration and print all of it", kCheckFooter);
  check->add_option("--config", options.config, "The configuration file")->option_text("FILE")->required();
  AddText(*check, "--data", options.data, "Also report what `serve` would do to this checkpoint.dir")
      ->option_text("DIR");
}

void AddTry(CLI::App& app, TryOptions& options) {
  CLI::App* tried = AddCommand(app, "try", "Show what would be counted of the lines of a file", kTryFooter);
  AddText(*tried, "--config", options.config, "Read the configuration from this file")->option_text("FILE");
  tried->add_option("--limit", options.limit, "Read at most N records")
      ->option_text("N")
      ->check(CLI::Range(int64_t{1}, INT64_MAX));
  tried->add_option("FILE", options.file, "The records, one per line; without it, standard input")->option_text(" ");
}

void AddDump(CLI::App& app, DumpOptions& options) {
  using Format = DumpOptions::Format;
  static const std::map<std::string, Format> kFormats = {
      {"text", Format::kText}, {"json", Format::kJson}, {"csv", Format::kCsv}};
  CLI::App* dump = AddCommand(app, "dump", "Print the checkpoint of a stopped node", kDumpFooter);
  dump->add_option("DIR", options.dir, "The node's checkpoint.dir")->option_text(" ")->required();
  auto set_format = [&options](const std::string& name) { options.format = kFormats.at(name); };
  dump->add_option_function<std::string>("--format", set_format, "How to print it (text)")
      ->option_text("text|json|csv")
      ->check(CLI::IsMember(&kFormats));
}

void AddQuery(CLI::App& app, QueryOptions& options) {
  CLI::App* query = AddCommand(app, "query", "Send one command to a node and print the reply", kQueryFooter);
  query->add_option("-h", options.host, "The node's host (127.0.0.1)")->option_text("H");
  query->add_option("-p", options.port, "The node's port for queries (7878)")
      ->option_text("P")
      ->check(CLI::Range(1, 65535));
  AddText(*query, "--password-file", options.password_file, "Authenticate with the password in this file")
      ->option_text("FILE");
}

// Returns the index in `args` at which the COMMAND of `query` begins. The parser does not get the rest: it would read a
// dash as an option, and split a [list].
size_t CommandIndex(const std::vector<std::string>& args) {
  size_t i = 1;
  while (i < args.size() && args[i].size() > 1 && args[i][0] == '-' && args[i] != "--") {
    i += args[i] == "-h" || args[i] == "-p" || args[i] == "--password-file" ? 2 : 1;
  }
  return std::min(i, args.size());
}

std::string VersionLine() {
  std::string_view commit = Commit();
  if (commit.empty()) commit = "unknown: not built in a git repository";
  return Cat("tallyd ", TALLY_VERSION, " (commit ", commit, ")");
}

Exit WrongUsage(std::string_view command, std::string_view what) {
  const std::string help = Cat("tallyd ", command, command.empty() ? "" : " ", "--help");
  return {kExitUsage, Cat("tallyd: ", what, "\nSee ", help, ".\n")};
}

}  // namespace

Command ParseOptions(int argc, const char* const* argv) {
  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  ParsedOptions parsed;
  CLI::App app(kAbout, "tallyd");
  app.formatter(std::make_shared<Formatter>());
  app.set_help_flag("--help", "Print this help");
  app.set_version_flag("--version", VersionLine(), "Print the version and the commit");
  app.footer(kFooter);
  // If an option is given twice, the last one wins: wrapper scripts append to the options of a service.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  app.require_subcommand(1);  // exactly one: `query check` sends `check` to the node
  AddServe(app, parsed.serve);
  AddDemo(app, parsed.demo);
  AddCheck(app, parsed.check);
  AddTry(app, parsed.tried);
  AddDump(app, parsed.dump);
  AddQuery(app, parsed.query);

  if (args.empty()) return WrongUsage("", "expected a command");
  const std::string name = args[0];
  const bool known = std::find(std::begin(kCommands), std::end(kCommands), name) != std::end(kCommands);
  if (!known && name.substr(0, 1) != "-") {
    return WrongUsage("", Cat("unknown command '", name, "'", DidYouMean(name, kCommands)));
  }
  if (!known && name != "--help" && name != "--version") return WrongUsage("", Cat("unknown option '", name, "'"));
  if (name == "query") {
    auto begin = args.begin() + static_cast<ptrdiff_t>(CommandIndex(args));
    auto end_of_options = begin;
    if (begin != args.end() && *begin == "--") ++begin;
    parsed.query.command.assign(begin, args.end());
    args.erase(end_of_options, args.end());
  }

  try {
    std::reverse(args.begin(), args.end());  // CLI11 expects the reverse order
    app.parse(std::move(args));
  } catch (const CLI::CallForHelp&) {
    const CLI::App* asked = app.get_subcommands().empty() ? &app : app.get_subcommands().front();
    return Exit{kExitDone, asked->help()};
  } catch (const CLI::CallForVersion&) {
    return Exit{kExitDone, Cat(app.version(), "\n")};
  } catch (const CLI::ExtrasError&) {
    return WrongUsage(name, Cat("unexpected argument '", app.remaining(true).front(), "'"));
  } catch (const CLI::Error& e) {
    return WrongUsage(known ? name : "", e.what());
  }

  if (name == "serve") return std::move(parsed.serve);
  if (name == "demo") return parsed.demo;
  if (name == "check") return std::move(parsed.check);
  if (name == "try") return std::move(parsed.tried);
  if (name == "dump") return std::move(parsed.dump);
  if (parsed.query.command.empty()) return WrongUsage("query", "query: expected a command such as GET stats:mw:login");
  return std::move(parsed.query);
}

}  // namespace tally

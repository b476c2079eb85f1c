#include "apps/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "apps/config/nearest.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr std::string_view kCommands[] = {"serve", "demo", "check", "dump", "query"};

constexpr char kAbout[] = "Counts events from Kafka per minute, exactly, and answers queries for them.";

constexpr char kFooter[] =
    "tallyd COMMAND --help tells more of each command.\n"
    "\n"
    "Exit status:\n"
    "  0  done\n"
    "  1  a failure at run time; the last line on stderr says which\n"
    "  2  wrong usage or configuration\n"
    "  3  the data directory is locked, damaged, of another configuration or version,\n"
    "     or unexpectedly empty";

constexpr char kServeFooter[] =
    "Without a file every key has its default, and `stats` is counted by game and call; the\n"
    "flags win over --set, --set over the file. `tallyd check --config /dev/null` prints every\n"
    "key. SIGTERM and SIGINT end the node after a last checkpoint: exit status 0, or 1 if that\n"
    "one failed. The line `listening text=H:P http=H:P` on stderr says which ports were taken.\n"
    "\n"
    "--accept-gap goes on where the log begins, if records have expired. Whatever else stopped\n"
    "the partition, mw:0@17=start, =end or =OFFSET has to say where.\n"
    "\n"
    "Examples:\n"
    "  tallyd serve --brokers broker:9092 --topics mw,hh\n"
    "  tallyd serve --config tallyd.toml --set retention.ttl=8h --set 'kafka.topics=[\"mw\"]'";

constexpr char kDemoFooter[] =
    "Needs nothing else: Kafka is inside, the data is in a temporary directory that is removed\n"
    "at the end. Prints a line a second, and first how to query it.";

constexpr char kCheckFooter[] =
    "Prints the configuration whole, with its defaults, as TOML; secrets as ***. An error names\n"
    "file, line and column, and the exit status is 2.";

constexpr char kDumpFooter[] =
    "Prints the checkpoint's sequence and offsets, then every counter. Takes the directory's\n"
    "lock, so exit status 3 if a node runs on it, and changes nothing in it.";

constexpr char kQueryFooter[] =
    "Everything after COMMAND belongs to it, also what begins with a dash. HELP lists what a node\n"
    "understands. Exit status 1 if the reply is an ERR, or if there is none.\n"
    "\n"
    "Examples:\n"
    "  tallyd query GET stats:mw:login -15m\n"
    "  tallyd query -p 7000 TOP 10 'stats:mw:*' -1h now";

// CLI11's usage line with the arguments as people write them.
class Formatter : public CLI::Formatter {
 public:
  Formatter() { column_width(28); }

  std::string make_usage(const CLI::App* app, std::string) const override {
    static const std::map<std::string, std::string> kArguments = {
        {"tallyd", "COMMAND [OPTION]..."}, {"serve", "[OPTION]..."},    {"demo", "[OPTION]..."},
        {"check", "--config FILE"},        {"dump", "[OPTION]... DIR"}, {"query", "[OPTION]... COMMAND..."},
    };
    const std::string& name = app->get_name();
    return Cat("Usage: ", name == "tallyd" ? "" : "tallyd ", name, " ", kArguments.at(name), "\n");
  }
  std::string make_footer(const CLI::App* app) const override { return app->get_footer() + "\n"; }
};

CLI::App* AddCommand(CLI::App& app, const char* name, const char* about, const char* footer) {
  return app.add_subcommand(name, about)->group("Commands")->footer(footer);
}

// What the parser writes into; the values before it are the defaults.
struct Parsed {
  ServeOptions serve;
  DemoOptions demo;
  CheckOptions check;
  DumpOptions dump;
  QueryOptions query;
};

// An option whose text is taken as it is, where none is another thing than an empty one.
CLI::Option* AddText(CLI::App& app, const char* name, std::optional<std::string>& target, const char* about) {
  auto set = [&target](const std::string& text) { target = text; };
  return app.add_option_function<std::string>(name, set, about);
}

void AddServe(CLI::App& app, ServeOptions& options) {
  CLI::App* serve = AddCommand(app, "serve", "Run the node", kServeFooter);
  AddText(*serve, "--config", options.config, "Read the configuration from this file")->option_text("FILE");
  serve->add_option("--set", options.set, "Set one key of the configuration; repeatable")
      ->option_text("SECTION.KEY=VALUE")
      ->allow_extra_args(false);  // one for each --set
  AddText(*serve, "--brokers", options.brokers, "kafka.brokers, as host:9092,host:9092")->option_text("B");
  AddText(*serve, "--topics", options.topics, "kafka.topics")->option_text("A,B");
  AddText(*serve, "--data", options.data, "checkpoint.dir, where the counts are kept")->option_text("DIR");
  AddText(*serve, "--listen", options.listen, "server.listen, for queries; port 0: any free one")->option_text("H:P");
  AddText(*serve, "--http", options.http, "server.http, for metrics and health")->option_text("H:P");
  serve->add_flag("--init", options.init, "Start anew in an empty directory, although a node was there before");
  serve->add_flag("--recount", options.recount, "Count again from kafka.start if [event] or a metric has changed");
  serve
      ->add_option("--accept-gap", options.accepted_gaps,
                   "Go on with the stopped partition whose next offset is NEXT; repeatable")
      ->option_text("TOPIC:PARTITION@NEXT")
      ->allow_extra_args(false);
}

void AddDemo(CLI::App& app, DemoOptions& options) {
  CLI::App* demo = AddCommand(app, "demo", "Run a node on a generated stream, to look at", kDemoFooter);
  demo->add_option("--seconds", options.seconds, "End after so many; without it, on Ctrl-C")
      ->option_text("N")
      ->check(CLI::Range(1, DemoOptions::kSecondsMax));
  demo->add_option("--rate", options.rate, "Events a second (1000)")
      ->option_text("N")
      ->check(CLI::Range(1, DemoOptions::kRateMax));
}

void AddCheck(CLI::App& app, CheckOptions& options) {
  CLI::App* check = AddCommand(app, "check", "Check a configuration and print it whole", kCheckFooter);
  check->add_option("--config", options.config, "The configuration's file")->option_text("FILE")->required();
}

void AddDump(CLI::App& app, DumpOptions& options) {
  using Format = DumpOptions::Format;
  static const std::map<std::string, Format> kFormats = {
      {"text", Format::kText}, {"json", Format::kJson}, {"csv", Format::kCsv}};
  CLI::App* dump = AddCommand(app, "dump", "Print the checkpoint of a node that does not run", kDumpFooter);
  dump->add_option("DIR", options.dir, "The node's checkpoint.dir")->option_text(" ")->required();
  auto set_format = [&options](const std::string& name) { options.format = kFormats.at(name); };
  dump->add_option_function<std::string>("--format", set_format, "How to print it (text)")
      ->option_text("text|json|csv")
      ->check(CLI::IsMember(&kFormats));
}

void AddQuery(CLI::App& app, QueryOptions& options) {
  CLI::App* query = AddCommand(app, "query", "Send one command to a node and print the reply", kQueryFooter);
  query->add_option("-h", options.host, "The node's host (127.0.0.1)")->option_text("H");
  query->add_option("-p", options.port, "The port that it listens on for queries (7878)")
      ->option_text("P")
      ->check(CLI::Range(1, 65535));
  AddText(*query, "--password-file", options.password_file, "Say the password in this file first")->option_text("FILE");
}

// The index in `args` at which the COMMAND of `query` begins; what is from there on is not for the parser, which would
// read a dash as an option and split a [list].
size_t CommandIndex(const std::vector<std::string>& args) {
  size_t i = 1;
  while (i < args.size() && args[i].size() > 1 && args[i][0] == '-' && args[i] != "--") {
    i += args[i] == "-h" || args[i] == "-p" || args[i] == "--password-file" ? 2 : 1;
  }
  return std::min(i, args.size());
}

Exit WrongUsage(std::string_view command, std::string_view what) {
  const std::string help = Cat("tallyd ", command, command.empty() ? "" : " ", "--help");
  return {kExitUsage, Cat("tallyd: ", what, "\nSee ", help, " for what is expected.\n")};
}

}  // namespace

Command ParseOptions(int argc, const char* const* argv) {
  std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
  Parsed parsed;
  CLI::App app(kAbout, "tallyd");
  app.formatter(std::make_shared<Formatter>());
  app.set_help_flag("--help", "Print this help");
  app.set_version_flag("--version", "tallyd " TALLY_VERSION, "Print the version");
  app.footer(kFooter);
  app.require_subcommand(1);  // and at most one: `query check` asks the node
  AddServe(app, parsed.serve);
  AddDemo(app, parsed.demo);
  AddCheck(app, parsed.check);
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
    std::reverse(args.begin(), args.end());  // as CLI11 wants them
    app.parse(std::move(args));
  } catch (const CLI::CallForHelp&) {
    const CLI::App* asked = app.get_subcommands().empty() ? &app : app.get_subcommands().front();
    return Exit{kExitDone, asked->help()};
  } catch (const CLI::CallForVersion&) {
    return Exit{kExitDone, "tallyd " TALLY_VERSION "\n"};
  } catch (const CLI::ExtrasError&) {
    return WrongUsage(name, Cat("unexpected argument '", app.remaining(true).front(), "'"));
  } catch (const CLI::Error& e) {
    return WrongUsage(known ? name : "", e.what());
  }

  if (name == "serve") return std::move(parsed.serve);
  if (name == "demo") return parsed.demo;
  if (name == "check") return std::move(parsed.check);
  if (name == "dump") return std::move(parsed.dump);
  if (parsed.query.command.empty()) return WrongUsage("query", "query: expected a command, as GET stats:mw:login");
  return std::move(parsed.query);
}

}  // namespace tally

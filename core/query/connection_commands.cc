// PING, HELP, HELLO and so on: enough for today's clients to connect.
#include <algorithm>
#include <array>

#include "core/base/strings.h"
#include "core/query/client_name.h"
#include "core/query/command_table.h"
#include "core/query/glob.h"
#include "core/query/info.h"
#include "core/query/words.h"

namespace tally {
namespace {

Reply MapReply(std::vector<std::pair<std::string_view, Cell>> pairs) {
  const size_t rows = pairs.size();
  auto row = [pairs = std::move(pairs)](size_t i) { return Row{std::string(pairs[i].first), pairs[i].second}; };
  return TableReply({.shape = Table::Shape::kMap, .rows = rows, .columns = 2, .row = std::move(row)});
}

Reply UnknownSubcommand(std::string_view command, std::string_view word, std::string_view expected) {
  return ErrorReply(Cat("unknown subcommand ", Quoted(word), " of ", command, ", expected ", expected));
}

// As in Redis: in RESP2, a client that has subscribed can read only arrays.
Task<Reply> Ping(CommandContext context, Words arguments) {
  const Session& session = context.session;
  if (session.resp == RespVersion::k2 && session.subscriptions() > 0) {
    return Reply{Value{WordList{"pong", std::string(arguments.empty() ? "" : arguments[0])}}};
  }
  return arguments.empty() ? StatusReply("PONG") : BulkReply(std::string(arguments[0]));
}

Task<Reply> Echo(CommandContext, Words arguments) { return BulkReply(std::string(arguments[0])); }

Task<Reply> Quit(CommandContext, Words) {
  Reply reply = StatusReply("OK");
  reply.close = true;
  return reply;
}

Task<Reply> Help(CommandContext, Words) {
  auto row = [](size_t i) { return Row{AllCommands()[i]->usage()}; };
  return TableReply({.rows = AllCommands().size(), .row = row, .plain = true});
}

Task<Reply> Select(CommandContext, Words arguments) {
  if (arguments[0] == "0") return StatusReply("OK");
  if (!ParseInteger(arguments[0])) return ErrorReply(Cat("invalid DB index ", Quoted(arguments[0]), ", expected 0"));
  return ErrorReply(Cat("DB index is out of range: expected 0, got ", Quoted(arguments[0])));
}

// Any user name will do. Without a password any is right, as for the default user of Redis. The texts of errors are
// those of Redis, because clients look for them.
Reply Authenticate(const CommandContext& context, std::string_view password) {
  context.session.authenticated = !context.password.needed() || context.password.Is(password);
  if (context.session.authenticated) return StatusReply("OK");
  return {Error{"invalid username-password pair or user is disabled.", "WRONGPASS"}};
}

Task<Reply> Auth(CommandContext context, Words arguments) {
  if (!context.password.needed() && arguments.size() == 1) {
    return ErrorReply(
        "AUTH <password> called without any password configured for the default user. "
        "Are you sure your configuration is correct?");
  }
  return Authenticate(context, arguments.back());
}

// Reads the options of HELLO. Returns an error, or OK.
Reply SetOptions(const CommandContext& context, Words options) {
  while (!options.empty()) {
    const size_t values = EqualsIgnoreCase(options[0], "AUTH")      ? 2
                          : EqualsIgnoreCase(options[0], "SETNAME") ? 1
                                                                    : options.size();
    if (options.size() <= values) return ErrorReply(Cat("syntax error in HELLO option ", Quoted(options[0])));
    Reply reply = values == 2 ? Authenticate(context, options[2]) : SetClientName(context.session, options[1]);
    if (std::holds_alternative<Error>(reply.body)) return reply;
    options = options.subspan(1 + values);
  }
  return StatusReply("OK");
}

// The reply is already in the version that it switches to. A HELLO that fails switches nothing.
Task<Reply> Hello(CommandContext context, Words arguments) {
  Session& session = context.session;
  RespVersion version = session.resp;
  if (!arguments.empty()) {
    std::optional<int64_t> number = ParseInteger(arguments[0]);
    if (!number) return ErrorReply(Cat("Protocol version is not an integer or out of range: ", Quoted(arguments[0])));
    if (*number != 2 && *number != 3) return Reply{Error{"unsupported protocol version", "NOPROTO"}};
    version = *number == 3 ? RespVersion::k3 : RespVersion::k2;
    Reply options = SetOptions(context, arguments.subspan(1));
    if (std::holds_alternative<Error>(options.body)) return options;
  }
  if (context.password.needed() && !session.authenticated) {
    return Reply{
        Error{"HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> "
              "<pass> option can be used to authenticate the client and select the RESP protocol version at the "
              "same time",
              "NOAUTH"}};
  }
  session.resp = version;
  return MapReply({{"server", "redis"},
                   {"version", std::string(kRedisVersion)},
                   {"proto", static_cast<int64_t>(version)},
                   {"id", session.id},
                   {"mode", "standalone"},
                   {"role", "master"},
                   {"modules", WordList()}});
}

Task<Reply> Command(CommandContext, Words arguments) {
  if (arguments.empty() || EqualsIgnoreCase(arguments[0], "INFO")) return TableReply({});
  if (EqualsIgnoreCase(arguments[0], "DOCS")) return MapReply({});
  if (EqualsIgnoreCase(arguments[0], "COUNT")) return IntegerReply(static_cast<int64_t>(AllCommands().size()));
  return UnknownSubcommand("COMMAND", arguments[0], "COUNT, DOCS or INFO");
}

// The words of Redis without cluster mode, by which clients see that there is one node.
Task<Reply> Cluster(CommandContext, Words) { return ErrorReply("This instance has cluster support disabled"); }

// What clients ask for before they begin. timeout: seconds until an idle client is disconnected.
constexpr std::pair<std::string_view, std::string_view> kConfig[] = {
    {"save", ""}, {"appendonly", "no"}, {"timeout", "300"}, {"databases", "1"}};

Task<Reply> Config(CommandContext, Words arguments) {
  if (!EqualsIgnoreCase(arguments[0], "GET")) co_return UnknownSubcommand("CONFIG", arguments[0], "GET pattern");
  std::array<bool, std::size(kConfig)> asked{};
  for (std::string_view pattern : arguments.subspan(1)) {
    absl::StatusOr<Glob> glob = Glob::Parse(pattern);
    if (!glob.ok()) co_return ErrorReply(glob.status());
    for (size_t i = 0; i < asked.size(); ++i) asked[i] = asked[i] || glob->Matches(kConfig[i].first);
    co_await Did(Glob::ParseWork(pattern));
  }
  std::vector<std::pair<std::string_view, Cell>> values;
  for (size_t i = 0; i < asked.size(); ++i) {
    if (asked[i]) values.emplace_back(kConfig[i].first, std::string(kConfig[i].second));
  }
  co_return MapReply(std::move(values));
}

constexpr CommandSpec kConnectionCommands[] = {
    {"PING", "[message]", 0, 1, Reads::kNothing, Ping},
    {"ECHO", "message", 1, 1, Reads::kNothing, Echo},
    {"HELP", "", 0, 0, Reads::kNothing, Help},
    {"HELLO", "[2 | 3 [AUTH user password] [SETNAME name]]", 0, 6, Reads::kNothing, Hello, true, WithinMulti::kRuns},
    {"AUTH", "[user] password", 1, 2, Reads::kNothing, Auth, true, WithinMulti::kRuns},
    {"SELECT", "0", 1, 1, Reads::kNothing, Select},
    {"COMMAND", "[COUNT | DOCS | INFO]", 0, kAnyNumber, Reads::kNothing, Command},
    {"CLUSTER", "subcommand [argument ...]", 1, kAnyNumber, Reads::kNothing, Cluster},
    {"CONFIG", "GET pattern [pattern ...]", 2, kAnyNumber, Reads::kNothing, Config},
    {"QUIT", "", 0, 0, Reads::kNothing, Quit, true, WithinMulti::kRuns},
};

}  // namespace

std::span<const CommandSpec> ConnectionCommands() { return kConnectionCommands; }

}  // namespace tally

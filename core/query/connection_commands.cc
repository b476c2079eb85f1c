// PING, HELP, HELLO, CLIENT and so on: enough for today's clients to connect.
#include <algorithm>
#include <array>

#include "absl/strings/match.h"
#include "core/base/strings.h"
#include "core/query/command_table.h"
#include "core/query/glob.h"
#include "core/query/info.h"
#include "core/query/words.h"

namespace tally {
namespace {

// The longest name that CLIENT SETNAME takes, in bytes.
constexpr size_t kClientNameMax = 256;

bool Same(std::string_view a, std::string_view b) { return absl::EqualsIgnoreCase(ToAbsl(a), ToAbsl(b)); }

Reply MapReply(std::vector<std::pair<std::string_view, Cell>> pairs) {
  const size_t rows = pairs.size();
  auto row = [pairs = std::move(pairs)](size_t i) { return Row{std::string(pairs[i].first), pairs[i].second}; };
  return TableReply({.shape = Table::Shape::kMap, .rows = rows, .columns = 2, .row = std::move(row)});
}

Reply UnknownSubcommand(std::string_view command, std::string_view word, std::string_view expected) {
  return ErrorReply(Cat("unknown subcommand ", Quoted(word), " of ", command, ", expected ", expected));
}

Task<Reply> Ping(CommandContext, Words arguments) {
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

Reply SetName(Session& session, std::string_view name) {
  bool plain = std::all_of(name.begin(), name.end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!plain || name.size() > kClientNameMax) {
    return ErrorReply(Cat("Client names cannot contain spaces, newlines or special characters, or be longer than ",
                          kClientNameMax, " bytes, got ", Quoted(name)));
  }
  session.name = name;
  return StatusReply("OK");
}

Task<Reply> Client(CommandContext context, Words arguments) {
  std::string_view word = arguments[0];
  Session& session = context.session;
  if (Same(word, "ID") && arguments.size() == 1) return IntegerReply(session.id);
  if (Same(word, "GETNAME") && arguments.size() == 1) {
    return session.name.empty() ? NullReply() : BulkReply(session.name);
  }
  if (Same(word, "INFO") && arguments.size() == 1) {
    return BulkReply(Cat("id=", session.id, " name=", session.name, " db=0 resp=", static_cast<int>(session.resp)));
  }
  if (Same(word, "SETNAME") && arguments.size() == 2) return SetName(session, arguments[1]);
  // A library's name and version. No command shows them.
  if (Same(word, "SETINFO") && arguments.size() == 3) return StatusReply("OK");
  return UnknownSubcommand("CLIENT", word, "ID, GETNAME, INFO, SETNAME name or SETINFO attribute value");
}

// Reads the options of HELLO. Returns an error, or OK.
Reply SetOptions(const CommandContext& context, Words options) {
  while (!options.empty()) {
    const size_t values = Same(options[0], "AUTH") ? 2 : Same(options[0], "SETNAME") ? 1 : options.size();
    if (options.size() <= values) return ErrorReply(Cat("syntax error in HELLO option ", Quoted(options[0])));
    Reply reply = values == 2 ? Authenticate(context, options[2]) : SetName(context.session, options[1]);
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
  if (arguments.empty() || Same(arguments[0], "INFO")) return TableReply({});
  if (Same(arguments[0], "DOCS")) return MapReply({});
  if (Same(arguments[0], "COUNT")) return IntegerReply(static_cast<int64_t>(AllCommands().size()));
  return UnknownSubcommand("COMMAND", arguments[0], "COUNT, DOCS or INFO");
}

// redis-benchmark asks for these before it begins.
constexpr std::pair<std::string_view, std::string_view> kConfig[] = {{"save", ""}, {"appendonly", "no"}};

Task<Reply> Config(CommandContext, Words arguments) {
  if (!Same(arguments[0], "GET")) co_return UnknownSubcommand("CONFIG", arguments[0], "GET pattern");
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
    {"PING", "[message]", 0, 1, false, Ping},
    {"ECHO", "message", 1, 1, false, Echo},
    {"HELP", "", 0, 0, false, Help},
    {"HELLO", "[2 | 3 [AUTH user password] [SETNAME name]]", 0, 6, false, Hello, true},
    {"AUTH", "[user] password", 1, 2, false, Auth, true},
    {"SELECT", "0", 1, 1, false, Select},
    {"CLIENT", "ID | GETNAME | INFO | SETNAME name | SETINFO attribute value", 1, 3, false, Client},
    {"COMMAND", "[COUNT | DOCS | INFO]", 0, kAnyNumber, false, Command},
    {"CONFIG", "GET pattern [pattern ...]", 2, kAnyNumber, false, Config},
    {"QUIT", "", 0, 0, false, Quit, true},
};

}  // namespace

std::span<const CommandSpec> ConnectionCommands() { return kConnectionCommands; }

}  // namespace tally

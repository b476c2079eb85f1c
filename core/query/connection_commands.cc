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

template <size_t kRows>
Reply PairsReply(std::array<std::pair<std::string_view, Cell>, kRows> pairs) {
  auto row = [pairs = std::move(pairs)](size_t i) { return Row{std::string(pairs[i].first), pairs[i].second}; };
  return TableReply({.rows = kRows, .columns = 2, .row = std::move(row)});
}

Reply NothingReply() { return TableReply({}); }

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
  return TableReply({.rows = AllCommands().size(), .row = [](size_t i) { return Row{AllCommands()[i]->usage()}; }});
}

Task<Reply> Select(CommandContext, Words arguments) {
  if (arguments[0] == "0") return StatusReply("OK");
  if (!ParseInteger(arguments[0])) return ErrorReply(Cat("invalid DB index ", Quoted(arguments[0]), ", expected 0"));
  return ErrorReply(Cat("DB index is out of range: expected 0, got ", Quoted(arguments[0])));
}

// The texts are those of Redis, because clients look for them. The only user is named default, as in Redis.
Reply Authenticate(const CommandContext& context, Words arguments) {
  if (!context.password.needed()) {
    return ErrorReply(
        "AUTH <password> called without any password configured for the default user. "
        "Are you sure your configuration is correct?");
  }
  const bool known = arguments.size() == 1 || arguments[0] == "default";
  context.session.authenticated = context.password.Is(arguments.back()) && known;
  if (context.session.authenticated) return StatusReply("OK");
  return {Error{"invalid username-password pair or user is disabled.", "WRONGPASS"}};
}

Task<Reply> Auth(CommandContext context, Words arguments) { return Authenticate(context, arguments); }

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
    return BulkReply(Cat("id=", session.id, " name=", session.name, " db=0 resp=2"));
  }
  if (Same(word, "SETNAME") && arguments.size() == 2) return SetName(session, arguments[1]);
  // A library's name and version. No command shows them.
  if (Same(word, "SETINFO") && arguments.size() == 3) return StatusReply("OK");
  return UnknownSubcommand("CLIENT", word, "ID, GETNAME, INFO, SETNAME name or SETINFO attribute value");
}

Task<Reply> Hello(CommandContext context, Words arguments) {
  if (!arguments.empty()) {
    std::optional<int64_t> version = ParseInteger(arguments[0]);
    if (!version) return ErrorReply(Cat("Protocol version is not an integer or out of range: ", Quoted(arguments[0])));
    if (*version != 2) return Reply{Error{"unsupported protocol version", "NOPROTO"}};
    arguments = arguments.subspan(1);
  }
  while (!arguments.empty()) {
    const size_t values = Same(arguments[0], "AUTH") ? 2 : Same(arguments[0], "SETNAME") ? 1 : arguments.size();
    if (arguments.size() <= values) return ErrorReply(Cat("syntax error in HELLO option ", Quoted(arguments[0])));
    Reply reply = values == 2 ? Authenticate(context, arguments.subspan(1, 2)) : SetName(context.session, arguments[1]);
    if (std::holds_alternative<Error>(reply.body)) return reply;
    arguments = arguments.subspan(1 + values);
  }
  if (context.password.needed() && !context.session.authenticated) {
    return Reply{
        Error{"HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> "
              "<pass> option can be used to authenticate the client and select the RESP protocol version at the "
              "same time",
              "NOAUTH"}};
  }
  return PairsReply<7>({{{"server", "redis"},
                         {"version", std::string(kRedisVersion)},
                         {"proto", 2},
                         {"id", context.session.id},
                         {"mode", "standalone"},
                         {"role", "master"},
                         {"modules", NullCell{}}}});
}

Task<Reply> Command(CommandContext, Words arguments) {
  if (arguments.empty() || Same(arguments[0], "DOCS") || Same(arguments[0], "INFO")) return NothingReply();
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
  std::vector<Row> rows;
  for (size_t i = 0; i < asked.size(); ++i) {
    if (asked[i]) rows.push_back({std::string(kConfig[i].first), std::string(kConfig[i].second)});
  }
  size_t size = rows.size();
  co_return TableReply({.rows = size, .columns = 2, .row = [rows = std::move(rows)](size_t i) { return rows[i]; }});
}

constexpr CommandSpec kConnectionCommands[] = {
    {"PING", "[message]", 0, 1, false, Ping},
    {"ECHO", "message", 1, 1, false, Echo},
    {"HELP", "", 0, 0, false, Help},
    {"HELLO", "[2 [AUTH user password] [SETNAME name]]", 0, 6, false, Hello, true},
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

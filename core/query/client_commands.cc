// CLIENT: what a client says about itself, and what it asks about connections.
#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/strings.h"
#include "core/query/client_name.h"
#include "core/query/command_table.h"
#include "core/query/words.h"

namespace tally {
namespace {

Reply SyntaxError(std::string_view expected) { return ErrorReply(Cat("syntax error, expected: CLIENT ", expected)); }

Reply Id(const CommandContext& context, Words) { return IntegerReply(context.session.id); }

Reply GetName(const CommandContext& context, Words) {
  const std::string& name = context.session.name;
  return name.empty() ? NullReply() : BulkReply(name);
}

Reply SetName(const CommandContext& context, Words arguments) { return SetClientName(context.session, arguments[0]); }

// The attributes of Redis: a library's name and version.
Reply SetInfo(const CommandContext& context, Words arguments) {
  Session& session = context.session;
  const bool is_name = EqualsIgnoreCase(arguments[0], "LIB-NAME");
  if (!is_name && !EqualsIgnoreCase(arguments[0], "LIB-VER")) {
    return ErrorReply(Cat("Unrecognized option ", Quoted(arguments[0]), ", expected LIB-NAME or LIB-VER"));
  }
  if (!IsClientName(arguments[1])) return ClientNameError(is_name ? "lib-name" : "lib-ver");
  (is_name ? session.library : session.library_version) = arguments[1];
  return StatusReply("OK");
}

std::string Described(const Session& session, absl::Duration now) {
  return Cat("id=", session.id, " addr=", session.address, " name=", session.name,
             " age=", absl::ToInt64Seconds(now - session.began), " flags=", session.subscriptions() > 0 ? "P" : "N",
             " db=0 sub=", session.channels.size(), " psub=", session.patterns.size(),
             " user=default lib-name=", session.library, " lib-ver=", session.library_version,
             " resp=", static_cast<int>(session.resp));
}

Reply LinesReply(std::vector<std::string> lines) {
  const size_t rows = lines.size();
  size_t held_bytes = HeldBytes(lines);
  for (const std::string& line : lines) held_bytes += line.capacity();
  return TableReply({.shape = Table::Shape::kLines,
                     .rows = rows,
                     .row = [lines = std::move(lines)](size_t i) { return Row{lines[i]}; },
                     .held_bytes = held_bytes});
}

Reply Info(const CommandContext& context, Words) {
  return LinesReply({Described(context.session, context.wall.Monotonic())});
}

Reply List(const CommandContext& context, Words) {
  std::vector<std::string> lines;
  for (const auto& [id, session] : context.state.sessions) {
    lines.push_back(Described(*session, context.wall.Monotonic()));
  }
  return LinesReply(std::move(lines));
}

// The node evicts no client because it is idle in memory, keeps no time of the last access to a key, and is never moved
// for maintenance. So there is nothing to switch, and clients that ask for it get what they expect.
Reply Nothing(const CommandContext&, Words) { return StatusReply("OK"); }

constexpr std::string_view kTrackingArguments = "TRACKING ON | OFF [OPTIN | OPTOUT | BCAST] [PREFIX prefix] [NOLOOP]";

// With BCAST, Redis invalidates keys that the client has not read. Here as well only keys that it reads change for it.
Reply SetTracking(const CommandContext& context, Words arguments) {
  Session& session = context.session;
  if (EqualsIgnoreCase(arguments[0], "OFF")) return session.tracking = Tracking::kOff, StatusReply("OK");
  if (!EqualsIgnoreCase(arguments[0], "ON")) return SyntaxError(kTrackingArguments);
  Tracking mode = Tracking::kAll;
  for (Words options = arguments.subspan(1); !options.empty(); options = options.subspan(1)) {
    if (EqualsIgnoreCase(options[0], "OPTIN")) {
      mode = Tracking::kOptIn;
    } else if (EqualsIgnoreCase(options[0], "OPTOUT")) {
      mode = Tracking::kOptOut;
    } else if (EqualsIgnoreCase(options[0], "REDIRECT")) {
      return ErrorReply("expected no REDIRECT: invalidations are sent to the connection that reads, after HELLO 3");
    } else if (EqualsIgnoreCase(options[0], "PREFIX") && options.size() > 1) {
      options = options.subspan(1);
    } else if (!EqualsIgnoreCase(options[0], "BCAST") && !EqualsIgnoreCase(options[0], "NOLOOP")) {
      return SyntaxError(kTrackingArguments);
    }
  }
  session.tracking = mode;
  return StatusReply("OK");
}

Reply Caching(const CommandContext& context, Words arguments) {
  Session& session = context.session;
  const bool yes = EqualsIgnoreCase(arguments[0], "YES");
  if (!yes && !EqualsIgnoreCase(arguments[0], "NO")) return SyntaxError("CACHING YES | NO");
  if (session.tracking != (yes ? Tracking::kOptIn : Tracking::kOptOut)) {
    return ErrorReply(Cat("CLIENT CACHING ", yes ? "YES" : "NO", " is only valid when tracking is enabled in ",
                          yes ? "OPTIN" : "OPTOUT", " mode."));
  }
  session.caching_named = true;
  return StatusReply("OK");
}

constexpr struct {
  std::string_view name;
  std::string_view arguments;
  size_t min;
  size_t max;
  Reply (*run)(const CommandContext& context, Words arguments);
} kSubcommands[] = {
    {"ID", "", 0, 0, Id},
    {"GETNAME", "", 0, 0, GetName},
    {"SETNAME", "name", 1, 1, SetName},
    {"SETINFO", "attribute value", 2, 2, SetInfo},
    {"INFO", "", 0, 0, Info},
    {"LIST", "", 0, 0, List},
    {"TRACKING", kTrackingArguments.substr(sizeof "TRACKING"), 1, kAnyNumber, SetTracking},
    {"CACHING", "YES | NO", 1, 1, Caching},
    {"NO-EVICT", "ON | OFF", 1, 1, Nothing},
    {"NO-TOUCH", "ON | OFF", 1, 1, Nothing},
    {"MAINT_NOTIFICATIONS", "ON | OFF [option value ...]", 1, kAnyNumber, Nothing},
};

Task<Reply> Client(CommandContext context, Words arguments) {
  for (const auto& subcommand : kSubcommands) {
    if (!EqualsIgnoreCase(subcommand.name, arguments[0])) continue;
    const size_t given = arguments.size() - 1;
    if (given >= subcommand.min && given <= subcommand.max) return subcommand.run(context, arguments.subspan(1));
    return ErrorReply(Cat("wrong number of arguments for 'CLIENT ", subcommand.name, "', expected: CLIENT ",
                          subcommand.name, subcommand.arguments.empty() ? "" : " ", subcommand.arguments));
  }
  std::string known;
  for (const auto& subcommand : kSubcommands) known += Cat(known.empty() ? "" : ", ", subcommand.name);
  return ErrorReply(Cat("unknown subcommand ", Quoted(arguments[0]), " of CLIENT, expected one of ", known));
}

constexpr CommandSpec kClientCommands[] = {
    {"CLIENT", "subcommand [argument ...]", 1, kAnyNumber, Reads::kNothing, Client},
};

}  // namespace

std::span<const CommandSpec> ClientCommands() { return kClientCommands; }

}  // namespace tally

// SUBSCRIBE and so on. Nothing is ever published: StackExchange.Redis and others subscribe to a channel of their own
// when they connect, and expect the reply.
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/strings.h"
#include "core/query/command_table.h"

namespace tally {
namespace {

// The limit of a connection's subscriptions: more is an ERR. Beyond it a client could make the node hold any amount.
constexpr size_t kSubscribedBytesMax = 16 * 1024;
constexpr size_t kSubscriptionBytes = 64;  // of a subscription without its name, about

size_t HeldBytesOf(const std::set<std::string>& names) {
  size_t bytes = 0;
  for (const std::string& name : names) bytes += name.size() + kSubscriptionBytes;
  return bytes;
}

Reply PushesReply(std::vector<Row> pushes) {
  const size_t rows = pushes.size();
  return TableReply({.shape = Table::Shape::kPushes, .rows = rows, .row = [pushes = std::move(pushes)](size_t i) {
                       return pushes[i];
                     }});
}

Row PushOf(std::string_view kind, Cell name, const Session& session) {
  return {std::string(kind), std::move(name), static_cast<int64_t>(session.subscriptions())};
}

Reply Add(Session& session, std::set<std::string>& names, std::string_view kind, Words added) {
  size_t bytes = HeldBytesOf(session.channels) + HeldBytesOf(session.patterns);
  for (std::string_view name : added) bytes += name.size() + kSubscriptionBytes;
  if (bytes > kSubscribedBytesMax) {
    return ErrorReply(Cat("expected subscriptions of at most ", kSubscribedBytesMax, " bytes, got more"));
  }
  std::vector<Row> pushes;
  for (std::string_view name : added) {
    names.emplace(name);
    pushes.push_back(PushOf(kind, std::string(name), session));
  }
  return PushesReply(std::move(pushes));
}

// Without names, all are removed. If there are none, the reply is one push with null.
Reply Remove(Session& session, std::set<std::string>& names, std::string_view kind, Words removed) {
  std::vector<std::string> all(removed.begin(), removed.end());
  if (all.empty()) all.assign(names.begin(), names.end());
  std::vector<Row> pushes;
  for (const std::string& name : all) {
    names.erase(name);
    pushes.push_back(PushOf(kind, name, session));
  }
  if (pushes.empty()) pushes.push_back(PushOf(kind, NullCell{}, session));
  return PushesReply(std::move(pushes));
}

Task<Reply> Subscribe(CommandContext context, Words channels) {
  return Add(context.session, context.session.channels, "subscribe", channels);
}
Task<Reply> Unsubscribe(CommandContext context, Words channels) {
  return Remove(context.session, context.session.channels, "unsubscribe", channels);
}
Task<Reply> Psubscribe(CommandContext context, Words patterns) {
  return Add(context.session, context.session.patterns, "psubscribe", patterns);
}
Task<Reply> Punsubscribe(CommandContext context, Words patterns) {
  return Remove(context.session, context.session.patterns, "punsubscribe", patterns);
}

constexpr CommandSpec kSubscribeCommands[] = {
    {"SUBSCRIBE", "channel [channel ...]", 1, kAnyNumber, Reads::kNothing, Subscribe, false, WithinMulti::kIsRefused},
    {"UNSUBSCRIBE", "[channel ...]", 0, kAnyNumber, Reads::kNothing, Unsubscribe, false, WithinMulti::kIsRefused},
    {"PSUBSCRIBE", "pattern [pattern ...]", 1, kAnyNumber, Reads::kNothing, Psubscribe, false, WithinMulti::kIsRefused},
    {"PUNSUBSCRIBE", "[pattern ...]", 0, kAnyNumber, Reads::kNothing, Punsubscribe, false, WithinMulti::kIsRefused},
};

}  // namespace

std::span<const CommandSpec> SubscribeCommands() { return kSubscribeCommands; }

}  // namespace tally

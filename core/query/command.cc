#include "core/query/command.h"

#include <utility>

#include "core/base/strings.h"
#include "core/query/command_table.h"
#include "core/query/words.h"

namespace tally {
namespace {

const CommandSpec* FindCommand(std::string_view name) {
  for (const CommandSpec* command : AllCommands()) {
    if (EqualsIgnoreCase(command->name, name)) return command;
  }
  return nullptr;
}

Reply UnknownCommand(std::string_view name) {
  const std::string_view write = WriteCommandOf(name);
  if (write.empty()) return ErrorReply(Cat("unknown command ", Quoted(name), ", try HELP"));
  return ErrorReply(Cat(write, " is not available: counts come from Kafka alone, and clients can only read them"));
}

// Notes the keys that a command reads, for a client that tracks them.
void NoteReads(Reads reads, Words arguments, Session& session) {
  const bool executing = session.transaction.state == Transaction::State::kExecuting;
  const bool named = executing ? session.caching_named : std::exchange(session.caching_named, false);
  if (!executing) session.invalidated.clear();
  if (reads != Reads::kKey && reads != Reads::kKeys) return;
  if (named != (session.tracking == Tracking::kOptIn)) return;
  const Words keys = reads == Reads::kKey ? arguments.first(1) : arguments;
  session.invalidated.insert(session.invalidated.end(), keys.begin(), keys.end());
}

bool IsComplete(const CommandSpec* command, Words words) {
  return command != nullptr && words.size() > command->min && words.size() - 1 <= command->max;
}

Reply RefusalOf(const CommandSpec* command, Words words) {
  if (command == nullptr) return UnknownCommand(words[0]);
  return ErrorReply(Cat("wrong number of arguments for '", command->name, "', expected: ", command->usage()));
}

// Keeps a request after MULTI for EXEC.
Reply Queue(const CommandSpec* command, Words words, Transaction& transaction) {
  const bool is_complete = IsComplete(command, words);
  if (!is_complete || command->within_multi == WithinMulti::kIsRefused) {
    transaction.state = Transaction::State::kFailed;
    return is_complete ? ErrorReply("Command not allowed inside a transaction") : RefusalOf(command, words);
  }
  if (transaction.state == Transaction::State::kFailed) return StatusReply("QUEUED");
  transaction.requests.Push(words);
  if (transaction.requests.held_bytes() <= Transaction::kHeldBytesMax) return StatusReply("QUEUED");
  transaction = {.state = Transaction::State::kFailed};
  return ErrorReply(Cat("expected requests of at most ", Transaction::kHeldBytesMax, " bytes after MULTI, got more"));
}

}  // namespace

std::string CommandSpec::usage() const { return arguments.empty() ? std::string(name) : Cat(name, ' ', arguments); }

const std::vector<const CommandSpec*>& AllCommands() {
  static const auto* const kAll = [] {
    auto* all = new std::vector<const CommandSpec*>();
    for (auto family : {SeriesCommands, HashCommands, KeyCommands, NodeCommands, ConnectionCommands, ClientCommands,
                        SubscribeCommands, TransactionCommands}) {
      for (const CommandSpec& command : family()) all->push_back(&command);
    }
    return all;
  }();
  return *kAll;
}

Commands::Commands(std::vector<Counters*> slices, const Clock& clock, const StatusSource& status, Password password)
    : slices_(std::move(slices)), clock_(clock), status_(status), password_(std::move(password)) {}

void Commands::Add(Session& session) {
  session.began = clock_.Monotonic();
  state_.sessions.emplace(session.id, &session);
}

Task<Reply> Commands::Execute(std::span<const std::string_view> words, Session& session) {
  executed_.store(executed() + 1, std::memory_order_relaxed);  // only this thread writes it
  if (words.empty()) return ErrorReply("expected a command, try HELP");
  const CommandSpec* command = FindCommand(words[0]);
  const bool may = session.authenticated || !password_.needed() || (command != nullptr && command->open);
  if (!may) return Reply{Error{"Authentication required.", "NOAUTH"}};
  if (session.transaction.queueing() && (command == nullptr || command->within_multi != WithinMulti::kRuns)) {
    return Queue(command, words, session.transaction);
  }
  if (!IsComplete(command, words)) return RefusalOf(command, words);
  Words arguments = words.subspan(1);
  if (session.tracking != Tracking::kOff && command->within_multi != WithinMulti::kRuns) {
    NoteReads(command->reads, arguments, session);
  }
  return command->run({slices_, clock_, status_, password_, session, state_}, arguments);
}

void Commands::Tick() {
  const Timestamp now = clock_.Now();
  for (Counters* counters : slices_) counters->Tick(now);
}

Reply Commands::Execute(std::span<const std::string_view> words) {
  Tick();
  Session none{.authenticated = true};
  return Execute(words, none).Finish();
}

}  // namespace tally

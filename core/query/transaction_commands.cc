// MULTI, EXEC, DISCARD: the pipeline of redis-py, multi() of node-redis and the client-side cache of rueidis send their
// requests between MULTI and EXEC.
//
// The requests run one after another, as if they had been sent without MULTI. Between two of them, other clients are
// answered and events are counted. No other request of the same connection runs in between. There is no WATCH: a count
// changes all the time.
#include "core/base/strings.h"
#include "core/query/command_table.h"

namespace tally {
namespace {

Task<Reply> Multi(CommandContext context, Words) {
  using enum Transaction::State;
  Transaction& transaction = context.session.transaction;
  if (context.session.is_text) return ErrorReply("MULTI needs RESP: in text, send the requests without it");
  if (transaction.state != kNone) return ErrorReply("MULTI calls can not be nested");
  transaction.state = kQueueing;
  return StatusReply("OK");
}

Task<Reply> Exec(CommandContext context, Words) {
  using enum Transaction::State;
  Transaction& transaction = context.session.transaction;
  if (transaction.state == kQueueing) {
    const size_t requests = transaction.requests.size();
    if (requests > 0) {
      transaction.state = kExecuting;
    } else {
      context.session.EndTransaction();
    }
    return Reply{Batch{requests}};
  }
  if (transaction.state != kFailed) return ErrorReply("EXEC without MULTI");
  context.session.EndTransaction();
  return Reply{Error{"Transaction discarded because of previous errors.", "EXECABORT"}};
}

Task<Reply> Discard(CommandContext context, Words) {
  if (!context.session.transaction.queueing()) return ErrorReply("DISCARD without MULTI");
  context.session.EndTransaction();
  return StatusReply("OK");
}

constexpr CommandSpec kTransactionCommands[] = {
    {"MULTI", "", 0, 0, Reads::kNothing, Multi, false, WithinMulti::kRuns},
    {"EXEC", "", 0, 0, Reads::kNothing, Exec, false, WithinMulti::kRuns},
    {"DISCARD", "", 0, 0, Reads::kNothing, Discard, false, WithinMulti::kRuns},
};

}  // namespace

std::span<const CommandSpec> TransactionCommands() { return kTransactionCommands; }

}  // namespace tally

// The state of a connection that commands read and set, and the list of all connections.
//
// Belongs to the server's thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/query/reply.h"
#include "core/query/word_queue.h"

namespace tally {

// CLIENT TRACKING: the reads whose keys are invalidated at once, so that the client caches no count that can change.
enum class Tracking {
  kOff,
  kAll,
  kOptIn,   // those of the command after CLIENT CACHING YES
  kOptOut,  // all but those of the command after CLIENT CACHING NO
};

// The requests between MULTI and EXEC.
struct Transaction {
  // The limit of what `requests` holds. A request beyond it is an ERR, and EXEC then runs none.
  static constexpr size_t kHeldBytesMax = 1 << 20;

  enum class State {
    kNone,
    kQueueing,   // after MULTI: each request is queued
    kFailed,     // the same, but one of them was refused
    kExecuting,  // after EXEC: the connection executes the queued requests, and calls EndQueued() after each
  };

  State state = State::kNone;
  WordQueue requests = {};

  bool queueing() const { return state == State::kQueueing || state == State::kFailed; }
};

// The connection owns it.
struct Session {
  int64_t id = 0;
  std::string address = {};   // of the client, as HOST:PORT
  absl::Duration began = {};  // in monotonic time

  std::string name = {};     // set by CLIENT SETNAME
  std::string library = {};  // set by CLIENT SETINFO
  std::string library_version = {};
  bool authenticated = false;          // has sent the password, if there is one
  bool is_text = false;                // the text protocol, not RESP
  RespVersion resp = RespVersion::k2;  // set by HELLO; the text protocol has no versions

  Tracking tracking = Tracking::kOff;
  bool caching_named = false;  // CLIENT CACHING was the last command, or came before MULTI
  // The keys that the last command read and that the client tracks, or those of all commands of EXEC so far. After the
  // reply, the connection sends an InvalidationReply with them.
  std::vector<std::string> invalidated = {};

  std::set<std::string> channels = {};  // of SUBSCRIBE
  std::set<std::string> patterns = {};  // of PSUBSCRIBE

  Transaction transaction = {};

  void EndTransaction() {
    transaction = {};
    caching_named = false;
  }
  void EndQueued() {
    transaction.requests.Pop();
    if (transaction.requests.size() == 0) EndTransaction();
  }

  size_t subscriptions() const { return channels.size() + patterns.size(); }
};

// The sessions of all open connections, by id.
using Sessions = std::map<int64_t, const Session*>;

}  // namespace tally

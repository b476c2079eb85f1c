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

namespace tally {

// CLIENT TRACKING: the reads whose keys are invalidated at once, so that the client caches no count that can change.
enum class Tracking {
  kOff,
  kAll,
  kOptIn,   // those of the command after CLIENT CACHING YES
  kOptOut,  // all but those of the command after CLIENT CACHING NO
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
  RespVersion resp = RespVersion::k2;  // set by HELLO; the text protocol has no versions

  Tracking tracking = Tracking::kOff;
  bool caching_named = false;  // CLIENT CACHING was the last command
  // The keys that the last command read and that the client tracks. After the reply, the connection sends an
  // InvalidationReply with them.
  std::vector<std::string> invalidated = {};

  std::set<std::string> channels = {};  // of SUBSCRIBE
  std::set<std::string> patterns = {};  // of PSUBSCRIBE

  size_t subscriptions() const { return channels.size() + patterns.size(); }
};

// The sessions of all open connections, by id.
using Sessions = std::map<int64_t, const Session*>;

}  // namespace tally

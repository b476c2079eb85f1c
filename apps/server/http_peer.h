// One client of the HTTP port: requests one after another, each answered by AnswerHttp(), until the client has no more
// or is too slow.
//
// What the client sends is limited (431 and 413 say so); what it is sent is one page, in memory whole.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <cstddef>
#include <memory>

#include "apps/server/peer.h"
#include "core/counters/counters.h"
#include "core/query/node_status.h"
#include "core/query/password.h"
#include "core/time/clock.h"

namespace tally {

inline constexpr size_t kHttpHeaderBytesMax = 8 * 1024;
inline constexpr size_t kHttpBodyBytesMax = 1024;              // no page takes one; a small one is read past
inline constexpr std::chrono::milliseconds kHttpTime{30'000};  // for a request to come, and for its answer to be taken

// What it stands on, all of the server's life.
struct HttpContext {
  const Counters& counters;
  const Clock& wall;
  const StatusSource& status;
  const Password& password;
  Peers& peers;
};

// `over`: there are too many clients already. One request is still answered, so that a probe sees a node that is alive.
std::shared_ptr<Peer> NewHttpPeer(boost::asio::ip::tcp::socket socket, const HttpContext& context, bool over);

}  // namespace tally

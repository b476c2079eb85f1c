#include "apps/server/stream.h"

#include <utility>

namespace tally {

void DiscardUntilEnd(Stream& stream, boost::asio::mutable_buffer room, absl::AnyInvocable<void()> done) {
  stream.ReadSome(room, [&stream, room, done = std::move(done)](Stream::Error error, size_t) mutable {
    error ? done() : DiscardUntilEnd(stream, room, std::move(done));
  });
}

}  // namespace tally

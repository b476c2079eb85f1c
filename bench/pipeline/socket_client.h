// A blocking connection to a port of this machine, as a plain client has it.
//
//   ASSIGN_OR_RETURN(auto client, SocketClient::Connect(node.port()));
//   RETURN_IF_ERROR(client->Send("GET stats:mw:login -1m\n"));
//   ASSIGN_OR_RETURN(std::string_view reply, client->ReadUntil("END\n"));
//
// Everything that waits gives up after kPatience. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tally {

class SocketClient {
 public:
  static constexpr int kPatienceSeconds = 60;

  static absl::StatusOr<std::unique_ptr<SocketClient>> Connect(const std::string& port);
  ~SocketClient();
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  absl::Status Send(std::string_view bytes);

  // Everything up to and with the next `mark`. Lives until the next call.
  absl::StatusOr<std::string_view> ReadUntil(std::string_view mark);

  // Reads past so many line ends.
  absl::Status SkipLines(size_t lines);

  // Asks a node for a number of its INFO, as events_read. A process for each look would take CPU from what is
  // measured.
  absl::StatusOr<uint64_t> AskInfo(std::string_view name);

 private:
  explicit SocketClient(int socket) : socket_(socket) {}
  absl::Status Receive();

  const int socket_;
  std::string buffer_;
  size_t taken_ = 0;  // of the buffer
};

}  // namespace tally

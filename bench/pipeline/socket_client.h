// A blocking TCP connection to a port of this machine.
//
//   ASSIGN_OR_RETURN(auto client, SocketClient::Connect(node.port()));
//   RETURN_IF_ERROR(client->Send("GET stats:mw:login -1m\n"));
//   ASSIGN_OR_RETURN(std::string_view reply, client->ReadUntil("END\n"));
//
// A call that waits longer than kTimeoutSeconds fails. Not thread-safe.
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
  static constexpr int kTimeoutSeconds = 60;

  static absl::StatusOr<std::unique_ptr<SocketClient>> Connect(const std::string& port);
  ~SocketClient();
  SocketClient(const SocketClient&) = delete;
  SocketClient& operator=(const SocketClient&) = delete;

  absl::Status Send(std::string_view bytes);

  // Returns all bytes up to the next `mark`, including it. The result is valid until the next call.
  absl::StatusOr<std::string_view> ReadUntil(std::string_view mark);

  // Skips that many bytes.
  absl::Status Skip(size_t bytes);

  // Skips `lines` lines.
  absl::Status SkipLines(size_t lines);

  // Returns a number of a node's INFO, such as events_read. Starting `tallyd query` for each poll would use CPU and
  // change the measurement.
  absl::StatusOr<uint64_t> AskInfo(std::string_view name);

 private:
  explicit SocketClient(int socket) : socket_(socket) {}
  absl::Status Receive();

  const int socket_;
  std::string buffer_;
  size_t taken_ = 0;  // bytes of the buffer that ReadUntil() has returned
};

}  // namespace tally

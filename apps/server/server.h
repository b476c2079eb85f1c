// The network side of a node: one thread with one event loop for the line protocol, RESP and HTTP.
//
//   Server server({.text = {"127.0.0.1", 7878}, .http = {"127.0.0.1", 7879}}, commands, counters, status);
//   RETURN_IF_ERROR(server.Start());
//   spdlog::info("listening text={} http={}", server.text_port(), server.http_port());
//
// From Start() to Stop() the commands belong to the server's thread. Start() and Stop() are for one thread; everything
// else is for any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "apps/config/endpoint.h"
#include "core/counters/counters.h"
#include "core/query/command.h"
#include "core/query/node_status.h"
#include "core/query/password.h"

namespace tally {

struct ServerOptions {
  Endpoint text = {"127.0.0.1", 7878};
  Endpoint http = {"127.0.0.1", 7879};

  // Who has not said it gets no answer.
  Password password = {};

  // Connections of both ports together. One more is told so and closed.
  size_t clients_max = 1000;

  // Of the line port: a client that asks nothing for so long is taken for dead.
  absl::Duration idle_max = absl::Minutes(5);

  // A client that does not take what is written to it at once, some 64 KB, within so long is disconnected: a reply
  // under way keeps alive what it reads from.
  absl::Duration stall_max = absl::Seconds(10);
};

class Server {
 public:
  // All of them outlive the server.
  Server(const ServerOptions& options, Commands& commands, const Counters& counters, const StatusSource& status);
  ~Server();  // stops
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes both ports and begins to answer. An error names the address that could not be had. REQUIRES: not called
  // before.
  absl::Status Start();

  // Closes both ports and every connection, in the middle of a reply too. Waits for the command that is being executed.
  void Stop();

  // REQUIRES: started.
  uint16_t text_port() const;
  uint16_t http_port() const;

  // Open connections, of both ports.
  size_t clients() const;

 private:
  class Loop;
  const std::unique_ptr<Loop> loop_;
};

}  // namespace tally

// The network side of a node: one thread with one event loop for the line protocol, RESP and HTTP.
//
//   Server server({.text = {"127.0.0.1", 7878}, .http = {"127.0.0.1", 7879}}, {&counters}, clock, status);
//   RETURN_IF_ERROR(server.Start());
//   spdlog::info("listening text={} http={}", server.text_port(), server.http_port());
//   server.Stop();   // before any data that a request reads is destroyed
//
// One thread calls Start() and Stop(). Any thread may call the other methods.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "apps/config/endpoint.h"
#include "core/counters/counters.h"
#include "core/query/node_status.h"
#include "core/query/password.h"
#include "core/time/clock.h"

namespace tally {

struct ServerOptions {
  Endpoint text = {"127.0.0.1", 7878};
  Endpoint http = {"127.0.0.1", 7879};

  // A client that has not sent it is not authorized, except for /healthz.
  Password password = {};

  // The limit of connections to both ports together. A connection beyond it gets an error and is closed.
  size_t clients_max = 1000;

  // On the line port, a client that sends no request for this long is disconnected.
  absl::Duration idle_max = absl::Minutes(5);

  // A client must take one write, about 64 KB, within this time, or it is disconnected.
  absl::Duration stall_max = absl::Seconds(10);

  // A request must be executed, and the client must take its reply, within this time, or it is disconnected: it pins
  // series names, so the series that retire meanwhile still count towards the limit on series.
  absl::Duration reply_max = absl::Seconds(60);
};

class Server {
 public:
  // `slices` are all slices of the node, at least one. They, `clock` and `status` outlive the server. The server fills
  // in the part of NodeStatus that is its own.
  Server(const ServerOptions& options, std::vector<Counters*> slices, const Clock& clock, const StatusSource& status);
  ~Server();  // calls Stop()
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Binds both ports and begins to answer. An error names the address that could not be bound. REQUIRES: the first
  // call.
  absl::Status Start();

  // Closes both ports and every connection, also in the middle of a reply, and joins the server's thread. When it
  // returns, no request is in progress. A second call does nothing.
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

#include "apps/server/server.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "apps/server/connection.h"
#include "apps/server/http_pages.h"
#include "apps/server/http_peer.h"
#include "apps/server/listener.h"
#include "apps/server/long_requests.h"
#include "apps/server/peer.h"
#include "apps/server/short_turns.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"

namespace tally {

namespace asio = boost::asio;

namespace {

// The node's status with the server's figures added. The node cannot ask the server for them: this would be a cycle,
// and the server still answers requests while the node stops it.
class StatusWithClients : public StatusSource {
 public:
  StatusWithClients(const StatusSource& node, const Peers& peers, const Commands& commands)
      : node_(node), peers_(peers), commands_(commands) {}

  NodeStatus Status() const override {
    NodeStatus status = node_.Status();
    status.clients = peers_.size();
    status.connections = peers_.connections();
    status.commands = commands_.executed();
    status.oldest_pin = commands_.OldestPin();
    return status;
  }

 private:
  const StatusSource& node_;
  const Peers& peers_;
  const Commands& commands_;
};

}  // namespace

class Server::Loop {
 public:
  // The interval between checks of deadlines, and so the largest delay of a disconnection.
  static constexpr std::chrono::milliseconds kSweepTime{250};

  Loop(const ServerOptions& options, std::vector<Counters*> slices, const Clock& clock, const StatusSource& status)
      : options_(options),
        slices_(std::move(slices)),
        peers_(options.clients_max),
        node_status_(status, peers_, commands_),
        commands_(slices_, clock, node_status_, options.password),
        connections_{commands_,
                     peers_,
                     long_requests_,
                     absl::ToChronoMilliseconds(options.idle_max),
                     absl::ToChronoMilliseconds(options.stall_max),
                     absl::ToChronoMilliseconds(options.reply_max)},
        http_peers_{{slices_, clock, node_status_, options_.password}, HttpRoutes(), peers_},
        text_(context_, peers_, Peers::Port::kText,
              [this](std::unique_ptr<Stream> stream, bool over) -> std::shared_ptr<Peer> {
                return std::make_shared<Connection>(std::move(stream), connections_, over);
              }),
        http_(context_, peers_, Peers::Port::kHttp,
              [this](std::unique_ptr<Stream> stream, bool over) -> std::shared_ptr<Peer> {
                return std::make_shared<HttpPeer>(std::move(stream), http_peers_, over);
              }),
        sweep_(context_) {}

  absl::Status Start() {
    TALLY_CHECK(!thread_.joinable());
    RETURN_IF_ERROR(text_.Bind(options_.text));
    RETURN_IF_ERROR(http_.Bind(options_.http));
    text_.Start();
    http_.Start();
    Sweep();
    thread_ = std::thread([this] {
      AskForShortTurns();
      context_.run();
    });
    return absl::OkStatus();
  }

  // The loop's thread ends when nothing is left to wait for.
  void Stop() {
    if (!thread_.joinable()) return;
    asio::post(context_, [this] {
      stopping_ = true;
      sweep_.cancel();
      text_.Close();
      http_.Close();
      peers_.CloseAll();
    });
    thread_.join();
  }

  uint16_t text_port() const { return text_.port(); }
  uint16_t http_port() const { return http_.port(); }
  size_t clients() const { return peers_.size(); }

 private:
  void Sweep() {
    sweep_.expires_after(kSweepTime);
    sweep_.async_wait([this](boost::system::error_code) {
      if (stopping_) return;
      peers_.ExpireThoseBefore(std::chrono::steady_clock::now());
      Sweep();
    });
  }

  const ServerOptions options_;
  const std::vector<Counters*> slices_;
  asio::io_context context_{/*concurrency_hint=*/1};
  Peers peers_;
  const StatusWithClients node_status_;
  Commands commands_;  // belongs to the loop's thread
  LongRequests long_requests_;
  const Connection::Context connections_;
  const HttpPeer::Context http_peers_;
  Listener text_;
  Listener http_;
  asio::steady_timer sweep_;
  bool stopping_ = false;
  std::thread thread_;
};

Server::Server(const ServerOptions& options, std::vector<Counters*> slices, const Clock& clock,
               const StatusSource& status)
    : loop_(std::make_unique<Loop>(options, std::move(slices), clock, status)) {}

Server::~Server() { Stop(); }

absl::Status Server::Start() { return loop_->Start(); }
void Server::Stop() { loop_->Stop(); }
uint16_t Server::text_port() const { return loop_->text_port(); }
uint16_t Server::http_port() const { return loop_->http_port(); }
size_t Server::clients() const { return loop_->clients(); }

}  // namespace tally

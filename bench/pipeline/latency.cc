#include <algorithm>
#include <chrono>
#include <thread>

#include "absl/time/clock.h"
#include "bench/pipeline/answers.h"
#include "bench/pipeline/socket_client.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

constexpr auto kPause = std::chrono::milliseconds(1);
constexpr int kPollEvery = 50;  // requests between two queries for the progress of ingest
constexpr absl::Duration kTimeout = absl::Minutes(2);

// The response times of each kind of request, in microseconds.
struct Samples {
  std::vector<double> text;
  std::vector<double> resp;
  std::vector<double> ping;  // reads no counter: only the time of the scheduler and the network
};

absl::StatusOr<double> AskMicros(SocketClient& client, std::string_view request, std::string_view end) {
  const absl::Time begin = absl::Now();
  RETURN_IF_ERROR(client.Send(request));
  ASSIGN_OR_RETURN(std::string_view reply, client.ReadUntil(end));
  const double micros = absl::ToDoubleMicroseconds(absl::Now() - begin);
  if (reply.starts_with("ERR") || reply.starts_with("-")) return absl::UnknownError(std::string(reply));
  return micros;
}

// Sends requests in text and in RESP to a node that reads the log, until it has read all of it. Requests before the
// first event do not count.
absl::Status AskWhileItReads(const FilledLog& log, Samples& samples) {
  TempDir data("tally-bench");
  std::string topics;
  for (const std::string& topic : log.topics) topics += (topics.empty() ? "" : ",") + topic;
  ASSIGN_OR_RETURN(auto node, Tallyd::Start({"--brokers", log.brokers, "--topics", topics, "--data", data.path(),
                                             "--init", "--set", "kafka.start=earliest"}));
  ASSIGN_OR_RETURN(auto text, SocketClient::Connect(node->port()));
  ASSIGN_OR_RETURN(auto resp, SocketClient::Connect(node->port()));
  const absl::Time deadline = absl::Now() + kTimeout;
  uint64_t read = 0;
  for (int i = 0; read < log.events; ++i) {
    if (absl::Now() > deadline) return absl::DeadlineExceededError(node->process().Stderr());
    if (i % kPollEvery == 0) {
      ASSIGN_OR_RETURN(read, text->AskInfo("events_read"));
    }
    std::this_thread::sleep_for(kPause);
    if (read == 0) continue;
    ASSIGN_OR_RETURN(double of_text, AskMicros(*text, "GET stats:mw:call001 -5m\n", "END\n"));
    samples.text.push_back(of_text);
    std::this_thread::sleep_for(kPause);
    ASSIGN_OR_RETURN(double of_resp,
                     AskMicros(*resp, "*3\r\n$3\r\nGET\r\n$16\r\nstats:mw:call001\r\n$3\r\n-5m\r\n", "\r\n"));
    samples.resp.push_back(of_resp);
    RETURN_IF_ERROR(resp->ReadUntil("\r\n").status());  // a bulk string has two lines: its length and its bytes
    std::this_thread::sleep_for(kPause);
    ASSIGN_OR_RETURN(double of_ping, AskMicros(*text, "PING\n", "END\n"));
    samples.ping.push_back(of_ping);
  }
  return node->Stop().status();
}

double Quantile(std::vector<double> figures, double q) {
  std::sort(figures.begin(), figures.end());
  return figures[std::min(figures.size() - 1, static_cast<size_t>(q * static_cast<double>(figures.size())))];
}

// Returns a row of the table: the median and the spread of the rounds' quantiles.
std::vector<std::string> Row(const std::string& name, const std::vector<std::vector<double>>& rounds) {
  std::vector<std::string> row = {name};
  for (double q : {0.5, 0.99, 0.999}) {
    std::vector<double> quantiles;
    for (const std::vector<double>& round : rounds) quantiles.push_back(Quantile(round, q));
    row.push_back(Text(SpreadOf(quantiles), 0));
  }
  return row;
}

}  // namespace

absl::Status MeasureLatency(Bench& bench) {
  ASSIGN_OR_RETURN(const FilledLog* log, bench.Log());
  std::vector<std::vector<double>> text, resp, ping;
  std::vector<double> p99;
  size_t samples = 0;
  for (int round = 0; round < bench.options().rounds; ++round) {
    Samples found;
    RETURN_IF_ERROR(AskWhileItReads(*log, found));
    if (found.text.empty()) return absl::UnknownError("the node read the log before the first request");
    samples += found.text.size();
    p99.push_back(Quantile(found.text, 0.99) / 1000);
    bench.PrintProgress(Cat("GET while ingest runs: ", found.text.size(), " samples, p99 ",
                            static_cast<int>(p99.back() * 1000), " us"));
    text.push_back(std::move(found.text));
    resp.push_back(std::move(found.resp));
    ping.push_back(std::move(found.ping));
  }
  bench.report().Judge({.what = "p99 of an unpipelined GET while ingest is at full speed",
                        .want = Want::kAtMost,
                        .bar = 1,
                        .beyond = 0.2,
                        .unit = " ms",
                        .why = "PING, which reads no counter, takes as long: broker, ingest and client need more cores "
                               "than the machine has, and all of them wait for a core."},
                       SpreadOf(p99));
  bench.report().Add(
      {.title = "Replies while ingest is at full speed",
       .text = Cat(
           "While the node reads a log of ", log->events,
           " events, a client sends one request at a time, with a pause of a millisecond, each kind in turn: ", samples,
           " samples of each kind, from the first byte of the request to the last byte of the reply. The "
           "client shares the cores."),
       .head = {"microseconds", "p50", "p99", "p99.9"},
       .rows = {Row("GET, text", text), Row("GET, RESP", resp), Row("PING, which reads no counter", ping)}});
  return absl::OkStatus();
}

}  // namespace tally

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

constexpr auto kBetween = std::chrono::milliseconds(1);
constexpr int kLookEvery = 50;  // requests between two looks at how far ingest is
constexpr absl::Duration kPatience = absl::Minutes(2);

// What the replies of a kind took, in microseconds.
struct Samples {
  std::vector<double> text;
  std::vector<double> resp;
  std::vector<double> ping;  // looks at no counter: what is left is the scheduler's and the network's
};

absl::StatusOr<double> AskMicros(SocketClient& client, std::string_view request, std::string_view end) {
  const absl::Time begin = absl::Now();
  RETURN_IF_ERROR(client.Send(request));
  ASSIGN_OR_RETURN(std::string_view reply, client.ReadUntil(end));
  const double micros = absl::ToDoubleMicroseconds(absl::Now() - begin);
  if (reply.starts_with("ERR") || reply.starts_with("-")) return absl::UnknownError(std::string(reply));
  return micros;
}

// Asks a node that reads the log, in text and in RESP, until it has read it all. What was asked before the first event
// came does not count.
absl::Status AskWhileItReads(const FilledLog& log, Samples& samples) {
  TempDir data("tally-bench");
  std::string topics;
  for (const std::string& topic : log.topics) topics += (topics.empty() ? "" : ",") + topic;
  ASSIGN_OR_RETURN(auto node, Tallyd::Start({"--brokers", log.brokers, "--topics", topics, "--data", data.path(),
                                             "--init", "--set", "kafka.start=earliest"}));
  ASSIGN_OR_RETURN(auto text, SocketClient::Connect(node->port()));
  ASSIGN_OR_RETURN(auto resp, SocketClient::Connect(node->port()));
  const absl::Time deadline = absl::Now() + kPatience;
  uint64_t read = 0;
  for (int i = 0; read < log.events; ++i) {
    if (absl::Now() > deadline) return absl::DeadlineExceededError(node->process().Stderr());
    if (i % kLookEvery == 0) {
      ASSIGN_OR_RETURN(read, text->AskInfo("events_read"));
    }
    std::this_thread::sleep_for(kBetween);
    if (read == 0) continue;
    ASSIGN_OR_RETURN(double of_text, AskMicros(*text, "GET stats:mw:call001 -5m\n", "END\n"));
    samples.text.push_back(of_text);
    std::this_thread::sleep_for(kBetween);
    ASSIGN_OR_RETURN(double of_resp,
                     AskMicros(*resp, "*3\r\n$3\r\nGET\r\n$16\r\nstats:mw:call001\r\n$3\r\n-5m\r\n", "\r\n"));
    samples.resp.push_back(of_resp);
    RETURN_IF_ERROR(resp->ReadUntil("\r\n").status());  // a bulk string: its length, then itself
    std::this_thread::sleep_for(kBetween);
    ASSIGN_OR_RETURN(double of_ping, AskMicros(*text, "PING\n", "END\n"));
    samples.ping.push_back(of_ping);
  }
  return node->Stop().status();
}

double Quantile(std::vector<double> figures, double q) {
  std::sort(figures.begin(), figures.end());
  return figures[std::min(figures.size() - 1, static_cast<size_t>(q * static_cast<double>(figures.size())))];
}

// A row of the table: quantiles of each round, and their median and spread.
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
    if (found.text.empty()) return absl::UnknownError("the log was read before a question was asked");
    samples += found.text.size();
    p99.push_back(Quantile(found.text, 0.99) / 1000);
    bench.Say(Cat("GET while ingest runs: ", found.text.size(), " samples, p99 ", static_cast<int>(p99.back() * 1000),
                  " us"));
    text.push_back(std::move(found.text));
    resp.push_back(std::move(found.resp));
    ping.push_back(std::move(found.ping));
  }
  bench.report().Judge({.what = "p99 of an unpipelined GET while ingest is at full speed",
                        .want = Want::kAtMost,
                        .bar = 1,
                        .beyond = 0.2,
                        .unit = " ms",
                        .why = "PING, which looks at no counter, takes as long: broker, ingest and the client want "
                               "more cores than there are, and all wait for their turns."},
                       SpreadOf(p99));
  bench.report().Add(
      {.title = "Answers while ingest is at full speed",
       .text = Cat("One request at a time, a millisecond between two, in turns of each kind, as long as the log of ",
                   log->events, " events is read: ", samples,
                   " samples of each, from the request's first byte to the "
                   "reply's last, in a client that has to share the cores too."),
       .head = {"microseconds", "p50", "p99", "p99.9"},
       .rows = {Row("GET, text", text), Row("GET, RESP", resp), Row("PING, which looks at no counter", ping)}});
  return absl::OkStatus();
}

}  // namespace tally

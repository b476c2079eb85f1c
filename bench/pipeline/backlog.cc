#include "bench/pipeline/backlog.h"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>
#include <thread>

#include "absl/time/clock.h"
#include "apps/kafka/client_config.h"
#include "apps/system_clock.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/proc.h"
#include "tests/testing/tallyd.h"

namespace tally {
namespace {

constexpr uint64_t kChunk = 50'000;  // messages in one call of the producer
constexpr int kSlowMetrics = 100;    // makes the node slower than the broker
constexpr absl::Duration kTimeout = absl::Minutes(5);

struct Backlog {
  const char* name;
  size_t event_bytes;
  bool compressed;
  int partitions;
  uint64_t events;
};
constexpr Backlog kBacklogs[] = {{"113 bytes", 113, false, 1, 2'000'000},
                                 {"113 bytes", 113, false, 100, 2'000'000},
                                 {"1,000 bytes, lz4", 1000, true, 1, 500'000},
                                 {"1,000 bytes, lz4", 1000, true, 100, 500'000},
                                 {"1,000 bytes, lz4", 1000, true, 500, 500'000}};

// Returns an event of `bytes` bytes. A sixteenth of them are random, and most others are the same in each event: lz4
// compresses a long event to a tenth.
std::string Event(std::mt19937_64& random, int64_t time_ms, size_t bytes) {
  constexpr std::string_view kAgent = "Mozilla/5.0 (Linux; Android 4.1.2; x1) installed from the feed, ";
  constexpr char kHex[] = "0123456789abcdef";
  std::string event = Cat(R"({"time":)", time_ms, R"(,"game":"mw","call":"call)", random() % 1000, R"(","token":")");
  for (size_t i = 0; i < bytes / 16; ++i) event.push_back(kHex[random() % 16]);
  Append(event, R"(","agent":")");
  for (size_t i = 0; event.size() + 2 < bytes; ++i) event.push_back(kAgent[i % kAgent.size()]);
  return event + "\"}";
}

absl::StatusOr<std::string> Fill(KafkaBroker& broker, const Backlog& backlog) {
  const std::string topic = broker.UniqueTopic("backlog");
  const KafkaBroker::Configs configs = {{"compression.type", backlog.compressed ? "lz4" : "uncompressed"}};
  RETURN_IF_ERROR(broker.CreateTopic(topic, backlog.partitions, configs));
  const int64_t now_ms = SystemClock().Now().millis();
  std::mt19937_64 random(1);
  const uint64_t each = backlog.events / static_cast<uint64_t>(backlog.partitions);
  for (int partition = 0; partition < backlog.partitions; ++partition) {
    for (uint64_t made = 0; made < each;) {
      std::vector<Message> chunk;
      for (; made < each && chunk.size() < kChunk; ++made) {
        chunk.push_back({.payload = Event(random, now_ms, backlog.event_bytes)});
      }
      RETURN_IF_ERROR(broker.Produce(topic, partition, chunk));
    }
  }
  return topic;
}

std::string Metrics(int count) {
  std::string text = "[[metric]]\nname = \"stats\"\nby = [\"game\", \"call\"]\n";
  for (int i = 1; i < count; ++i) Append(text, Cat("[[metric]]\nname = \"all", i, "\"\n"));
  return text;
}

// The figures of one run.
struct Run {
  double peak = 0;   // bytes
  double after = 0;  // bytes, after all records are read
  int clients = 0;
};

absl::StatusOr<Run> ReadAll(const std::string& brokers, const std::string& topic, uint64_t events, int metrics) {
  TempDir dir("tally-bench");
  std::ofstream(dir / "tallyd.toml") << Metrics(metrics);
  ASSIGN_OR_RETURN(auto node, Tallyd::Start({"--config", dir / "tallyd.toml", "--brokers", brokers, "--topics", topic,
                                             "--data", dir / "data", "--init", "--set", "kafka.start=earliest"}));
  const int pid = node->process().pid();
  const absl::Time deadline = absl::Now() + kTimeout;
  while (node->Info("events_read") != Cat(events)) {
    if (absl::Now() > deadline) return absl::DeadlineExceededError(node->process().Stderr());
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  Run run{.peak = static_cast<double>(PeakResidentBytesOf(pid)),
          .after = static_cast<double>(ResidentBytesOf(pid)),
          .clients = ThreadsOf(pid, "rdk:main").count - 1};  // one client only queries metadata and offsets
  RETURN_IF_ERROR(node->Stop().status());
  return run;
}

std::string Megabytes(double bytes) { return Cat(static_cast<int64_t>(bytes / 1e6)); }

// The maximum memory that apps/kafka/client_config.h allows for this number of clients of one broker.
double Bound(int clients, const Backlog& backlog) {
  constexpr double kBytesPerMessage = 400;
  const double ratio = backlog.compressed ? 10 : 1;
  const int reading = std::min(clients, backlog.partitions);
  const Prefetch prefetch = Prefetch::For(static_cast<size_t>((backlog.partitions + reading - 1) / reading));
  const double fetch = prefetch.fetch_bytes * ratio;  // uncompressed
  const double messages = prefetch.messages + fetch / static_cast<double>(backlog.event_bytes);
  const double each = Prefetch::kQueuedKbytes * 1024.0 + prefetch.fetch_bytes + fetch + kBytesPerMessage * messages;
  return each * reading;
}

}  // namespace

absl::Status MeasureBacklog(Bench& bench) {
  const uint64_t shrink = bench.options().whole() ? 1 : 5;
  ASSIGN_OR_RETURN(KafkaBroker * broker, bench.Broker());
  ReportTable table = {
      .title = "Memory with a large backlog",
      .text = Cat("Peak RSS (VmHWM) of a node that reads a whole topic, which is larger than its prefetch queues: "
                  "uncompressed events of 113 bytes, and events of 1,000 bytes that lz4 compresses to a tenth. A node "
                  "with ",
                  kSlowMetrics,
                  " metrics is slower than the broker, and its queues fill. The bound is that of "
                  "apps/kafka/client_config.h for the prefetch of all clients with a partition; it does not include "
                  "the node itself."),
      .head = {"events", "partitions", "metrics", "peak, MB", "all read, MB", "bound of the prefetch, MB"},
      .rows = {}};
  for (const Backlog& backlog : kBacklogs) {
    Backlog scaled = backlog;
    scaled.events /= shrink;
    ASSIGN_OR_RETURN(std::string topic, Fill(*broker, scaled));
    for (int metrics : {1, kSlowMetrics}) {
      ASSIGN_OR_RETURN(Run run, ReadAll(broker->bootstrap(), topic, scaled.events, metrics));
      bench.PrintProgress(Cat("backlog: ", scaled.name, ", ", scaled.partitions, " partitions, ", metrics,
                              " metrics: ", Megabytes(run.peak), " MB"));
      table.rows.push_back({scaled.name, Cat(scaled.partitions), Cat(metrics), Megabytes(run.peak),
                            Megabytes(run.after), Megabytes(Bound(run.clients, scaled))});
    }
    RETURN_IF_ERROR(broker->DeleteTopic(topic));
  }
  bench.report().Add(std::move(table));
  return absl::OkStatus();
}

}  // namespace tally

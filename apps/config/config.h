// What a node is told to do: every key of the configuration file, with its default.
//
//   ASSIGN_OR_RETURN(Config config, LoadConfig(sources));   // apps/config/load.h
//   std::cout << PrintConfig(config);                        // valid TOML, defaults included
//
// Plain values. A Config that LoadConfig() returned has been checked: whoever takes one need not check again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "apps/config/endpoint.h"
#include "core/events/spec.h"
#include "core/time/clock.h"
#include "core/time/time.h"

namespace tally {

// Where a first start begins to read. Only a first start: afterwards the checkpoint's offsets say it.
struct StartPoint {
  enum class Kind { kEarliest, kLatest, kRetention, kTime };

  Kind kind = Kind::kRetention;
  Timestamp time;  // kTime: the first record stamped at or after it

  friend bool operator==(const StartPoint&, const StartPoint&) = default;
};

struct KafkaConfig {
  // The brokers that are asked first for all others, as librdkafka takes them: "host:port,host:port". Two or three of
  // them let a node start while one is down.
  std::string brokers = "127.0.0.1:9092";

  // A node reads every partition of these. A larger load is split by topic, one node each.
  std::vector<std::string> topics = {"mw", "hh", "dd", "ml", "bi"};

  // kRetention reads what can still be counted and no more. kEarliest reads the whole log, most of it only to find it
  // late; kLatest starts at once, and leaves unknown what came before.
  StartPoint start;

  // Positions are written to this group so that lag tools see the node, never to continue from them: the checkpoint
  // alone knows what was counted. Two nodes on the same topics want two groups.
  std::string group = "tallyd";

  // Ingest threads, each with a Kafka client of its own, because a client fetches with one thread per broker. More of
  // them catch up faster, and prefetch more memory. 0: chosen by cores and partitions.
  int threads = 0;

  // Anything else that librdkafka takes, by its own name: security.protocol, sasl.*, ssl.*, fetch.* ...
  // Those on which exactness rests are refused.
  std::map<std::string, std::string> properties;
};

struct RetentionConfig {
  // How long a minute can be counted and asked for after its end. Memory and disk grow with it; so does what a first
  // start reads.
  absl::Duration ttl = absl::Hours(4);

  // kWall drops minutes as time passes, whether events come or not. kEvent follows the events' own time, for replaying
  // history: nothing is late only because it happened long ago.
  ClockKind clock = ClockKind::kWall;
};

struct CheckpointConfig {
  // Belongs to one node at a time, which locks it. Relative to the working directory.
  std::string dir = "tallyd-data";

  // How often counters and offsets are saved. A crash costs no count, only reading up to this much again; a shorter
  // interval means more writes to the disk for a shorter restart.
  absl::Duration interval = absl::Seconds(1);
};

struct LimitsConfig {
  // Series in the whole node; those beyond it are counted under ~other, so that totals stay right and memory bounded.
  uint32_t series_max = 1'000'000;

  // Connections at the same time, text, RESP and HTTP together; one more is closed at once. Each holds a descriptor and
  // may hold its output buffer.
  int clients_max = 1000;
};

struct ServerConfig {
  // Without a password whoever reaches a port may ask, so that is only for loopback. Port 0 takes a free one.
  Endpoint listen = {"127.0.0.1", 7878};  // line protocol and RESP
  Endpoint http = {"127.0.0.1", 7879};    // metrics, health
  std::string password_file;              // empty: no password
};

// What is counted where the configuration names no metric.
std::vector<MetricSpec> DefaultMetrics();

struct Config {
  KafkaConfig kafka;
  EventSpec event;
  std::vector<MetricSpec> metrics = DefaultMetrics();
  RetentionConfig retention;
  CheckpointConfig checkpoint;
  LimitsConfig limits;
  ServerConfig server;
};

// The whole configuration as TOML that reads back as the same Config; only secrets are `***`.
std::string PrintConfig(const Config& config);

// The limits. A value beyond one is refused with a message that states it.
inline constexpr size_t kConfigBytesMax = 1 << 20;  // of the file
inline constexpr size_t kTextMax = 1000;            // bytes of a name, an address, a path, a source
inline constexpr size_t kPatternMax = 10'000;       // bytes of event.pattern
inline constexpr size_t kTopicsMax = 1000;
inline constexpr size_t kTopicNameMax = 249;  // Kafka's own
inline constexpr int kThreadsMax = 64;
inline constexpr size_t kPropertiesMax = 300;         // librdkafka knows some 200
inline constexpr size_t kPropertyValueMax = 100'000;  // bytes; a chain of certificates fits
inline constexpr size_t kMetricsMax = 100;
inline constexpr size_t kDimensionsMax = 16;            // of one metric
inline constexpr size_t kWhereFieldsMax = 16;           // of one metric
inline constexpr size_t kWhereValuesMax = 1000;         // of one field
inline constexpr uint32_t kSeriesMaxMax = 100'000'000;  // their numbers fit SeriesId many times over
inline constexpr int kClientsMaxMax = 100'000;

// Durations are whole milliseconds, as event times are. A ttl under a minute could not hold the minute that is counted;
// over a year a minute is no longer what one asks for, and half a million of them is what one node's index holds.
inline constexpr absl::Duration kTtlMin = absl::Minutes(1);
inline constexpr absl::Duration kTtlMax = absl::Hours(366 * 24);
inline constexpr absl::Duration kAheadMin = absl::Milliseconds(1);
inline constexpr absl::Duration kAheadMax = absl::Hours(366 * 24);
inline constexpr absl::Duration kIntervalMin = absl::Milliseconds(10);  // a synced write costs about as much
inline constexpr absl::Duration kIntervalMax = absl::Hours(1);          // what a restart reads again stays bounded

}  // namespace tally

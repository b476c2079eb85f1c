// The configuration of a node: every key of the configuration file, with its default.
//
//   ASSIGN_OR_RETURN(Config config, LoadConfig(sources));   // apps/config/load.h
//   std::cout << PrintConfig(config);                        // valid TOML, defaults included
//
// Plain values. LoadConfig() has checked every Config that it returns, so the code that uses one need not check again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "apps/config/endpoint.h"
#include "core/events/spec.h"
#include "core/time/clock.h"
#include "core/time/time.h"

namespace tally {

// The point where a first start begins to read. Later starts resume from the checkpoint's offsets.
struct StartPoint {
  enum class Kind { kEarliest, kLatest, kRetention, kTime };

  Kind kind = Kind::kRetention;
  Timestamp time;  // for kTime: the start is the first record with a timestamp at or after it

  friend bool operator==(const StartPoint&, const StartPoint&) = default;
};

struct KafkaConfig {
  // In each string of [kafka] and [kafka.properties], ${ENV:NAME} stands for an environment variable.

  // The bootstrap brokers, in librdkafka's syntax: "host:port,host:port". With two or three of them, a node can start
  // while one is down.
  std::string brokers = "127.0.0.1:9092";

  // A node reads every partition of these topics. To split a larger load, give each node its own topics. An element
  // that begins with ^ is a regular expression (RE2): it selects each topic whose whole name it matches, also those
  // that are created while the node runs.
  std::vector<std::string> topics = {"mw", "hh", "dd", "ml", "bi"};

  // kRetention reads only the records that can still be counted. kEarliest reads the whole log, although most of its
  // records are late. kLatest reads only new records; the minutes before the start are unknown.
  StartPoint start;

  // The consumer group to which the node commits offsets, so that lag tools can show the node. The node never resumes
  // from them, because only the checkpoint knows what was counted. Two nodes on the same topics need two groups.
  std::string group = "tallyd";

  // The number of ingest threads. Each has its own Kafka client, because a client fetches with one thread per broker.
  // More threads catch up faster and use more memory for prefetched records. 0: one for each CPU that the process may
  // use, by the quota of its cgroup too, 8 at most.
  int threads = 0;

  // Any other property of librdkafka, under librdkafka's name: security.protocol, sasl.*, ssl.*, fetch.* ...
  // Properties on which exact counting depends are refused.
  std::map<std::string, std::string> properties;

  // The properties whose values come from a file (NAME_file) or the environment (${ENV:NAME}). They may be secrets, so
  // they are printed as ***, like those that IsSecretProperty() knows.
  std::set<std::string> hidden_properties;
};

struct RetentionConfig {
  // How long after its end a minute can be counted and queried. A longer ttl needs more memory and disk, and a first
  // start reads more records.
  absl::Duration ttl = absl::Hours(4);

  // kWall drops minutes as time passes, with or without events. kEvent follows the time of the events and is for
  // replaying history: an event is not late only because it is old.
  ClockKind clock = ClockKind::kWall;
};

struct CheckpointConfig {
  // One node at a time uses the directory and locks it. A relative path starts at the working directory.
  std::string dir = "tallyd-data";

  // How often counters and offsets are saved. A crash loses no count: the node reads the records of up to one interval
  // again. A shorter interval makes a restart shorter and writes to the disk more often.
  absl::Duration interval = absl::Seconds(1);
};

struct LimitsConfig {
  // The maximum number of series in the whole node. Events of further series are counted under ~other, so that totals
  // stay correct and memory stays bounded.
  uint32_t series_max = 1'000'000;

  // The maximum number of connections at the same time, for text, RESP and HTTP together. A further connection is
  // closed at once. Each connection uses a file descriptor and can use an output buffer.
  int clients_max = 1000;
};

struct ServerConfig {
  // Without a password, every client that reaches a port can query; this is allowed only on loopback addresses. Port 0
  // selects a free port.
  Endpoint listen = {"127.0.0.1", 7878};  // line protocol and RESP
  Endpoint http = {"127.0.0.1", 7879};    // metrics, health
  std::string password_file;              // empty: no password
};

// The metrics of a configuration without [[metric]].
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

// Returns the whole configuration as TOML. Parsing it gives the same Config, except that secrets are `***`.
std::string PrintConfig(const Config& config);

// The limits. A value beyond a limit is refused with a message that states the limit.
inline constexpr size_t kConfigBytesMax = 1 << 20;  // of the file
inline constexpr size_t kTextMax = 1000;            // bytes of a name, an address, a path, a source
inline constexpr size_t kPatternMax = 10'000;       // bytes of event.pattern
inline constexpr size_t kTopicsMax = 1000;
inline constexpr size_t kTopicNameMax = 249;  // Kafka's own limit
inline constexpr int kThreadsMax = 64;
inline constexpr size_t kPropertiesMax = 300;         // librdkafka has about 200
inline constexpr size_t kPropertyValueMax = 100'000;  // bytes; a certificate chain fits
inline constexpr size_t kMetricsMax = 100;
inline constexpr size_t kDimensionsMax = 16;            // of one metric
inline constexpr size_t kWhereFieldsMax = 16;           // of one metric
inline constexpr size_t kWhereValuesMax = 1000;         // of one field
inline constexpr uint32_t kSeriesMaxMax = 100'000'000;  // far below the range of SeriesId
inline constexpr int kClientsMaxMax = 100'000;

// Durations are whole milliseconds, as event times are. A ttl under a minute could not hold the running minute. A ttl
// over a year is refused: counts per minute are of no use after a year, and a node's index holds half a million
// minutes.
inline constexpr absl::Duration kTtlMin = absl::Minutes(1);
inline constexpr absl::Duration kTtlMax = absl::Hours(366 * 24);
inline constexpr absl::Duration kAheadMin = absl::Milliseconds(1);
inline constexpr absl::Duration kAheadMax = absl::Hours(366 * 24);
inline constexpr absl::Duration kIntervalMin = absl::Milliseconds(10);  // about the cost of one synced write
inline constexpr absl::Duration kIntervalMax = absl::Hours(1);          // bounds what a restart reads again

}  // namespace tally

// The configuration of events and metrics: [event] and [[metric]]. Plain values, checked by the reader of the
// configuration. The compiled form is Rules (core/events/rules.h).
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "core/base/named.h"

namespace tally {

enum class EventFormat { kJson, kRegex };
enum class TimeUnit { kAuto, kSeconds, kMillis, kMicros, kNanos };

// Their names in the configuration and in the fingerprint that a checkpoint keeps. A name never changes.
inline constexpr std::array kFormatNames = {Named<EventFormat>{"json", EventFormat::kJson},
                                            Named<EventFormat>{"regex", EventFormat::kRegex}};
inline constexpr std::array kTimeUnitNames = {
    Named<TimeUnit>{"auto", TimeUnit::kAuto}, Named<TimeUnit>{"s", TimeUnit::kSeconds},
    Named<TimeUnit>{"ms", TimeUnit::kMillis}, Named<TimeUnit>{"us", TimeUnit::kMicros},
    Named<TimeUnit>{"ns", TimeUnit::kNanos}};

struct EventSpec {
  EventFormat format = EventFormat::kJson;
  std::string pattern = {};   // kRegex: RE2, each named group a field
  std::string time = "time";  // a field, or "@timestamp"
  TimeUnit time_unit = TimeUnit::kAuto;
  std::string time_format = {};   // of strings, in the syntax of absl::ParseTime; empty: RFC 3339 or a number
  std::string time_zone = "UTC";  // of times without an offset
  absl::Duration ahead_max = absl::Minutes(10);
};

struct Dimension {
  std::string label;   // a Prometheus label name, not "metric"
  std::string source;  // a top-level key, a JSON pointer, a regex group, @topic, @key or @partition

  friend bool operator==(const Dimension&, const Dimension&) = default;
};

struct MetricSpec {
  std::string name;
  std::vector<Dimension> by;
  std::string value;                                      // a source; empty: 1 for each event
  std::map<std::string, std::vector<std::string>> where;  // source -> the accepted texts
  uint32_t decimals = 0;                                  // decimal places of the value, at most kDecimalsMax
};

}  // namespace tally

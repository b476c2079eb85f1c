// The configured events and metrics, compiled: which fields to decode, and what each metric wants of them.
//
//   ASSIGN_OR_RETURN(auto rules, Rules::Compile(event_spec, metric_specs));
//   auto decoder = rules->NewDecoder();
//
// Immutable and so thread-safe; shared by every shard.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/events/decoder.h"
#include "core/events/field.h"
#include "core/events/record.h"
#include "core/events/spec.h"

namespace tally {

// Where a value comes from: a field of the event, or the record itself.
struct Source {
  enum class Kind { kField, kTopic, kKey, kPartition };
  Kind kind = Kind::kField;
  size_t slot = 0;  // kField: its place among the decoded fields
};

// An event as a rule sees it: its decoded fields, its record, and where that came from.
struct EventView {
  std::span<const Field> fields;
  const Record* record = nullptr;
  std::string_view topic;
  std::string_view partition;  // in decimal

  Field Get(const Source& source) const;
};

class MetricRule {
 public:
  struct Condition {
    Source source;
    std::vector<std::string> texts;  // one of them must be the field's text
  };

  std::string name;
  std::vector<Source> by;
  std::optional<Source> value;
  std::vector<Condition> where;
  size_t name_max = 0;  // no series' name is longer

  bool Holds(const EventView& event) const { return where.empty() || HoldsAll(event); }

  // What to add: 1, or the value field's integer >= 0. Nothing if that field is missing or something else.
  std::optional<uint64_t> Amount(const EventView& event) const { return value ? AmountOf(event.Get(*value)) : 1; }

  // Writes the name of the event's series, for which there is room for name_max bytes. Returns its end, or null if a
  // dimension's field is missing; part of the name may be there then.
  char* WriteName(const EventView& event, char* out) const;

 private:
  bool HoldsAll(const EventView& event) const;
  static std::optional<uint64_t> AmountOf(const Field& field);
};

class Rules {
 public:
  static absl::StatusOr<std::shared_ptr<const Rules>> Compile(EventSpec event, const std::vector<MetricSpec>& metrics);

  const EventSpec& event() const { return event_; }
  const std::vector<MetricRule>& metrics() const { return metrics_; }
  size_t fields() const { return paths_.size(); }

  // The decoded field that holds the event's time; nothing if that is the record's own timestamp.
  std::optional<size_t> time_slot() const { return time_slot_; }

  std::unique_ptr<Decoder> NewDecoder() const;

 private:
  size_t SlotOf(const std::string& path);
  Source Resolve(const std::string& source);

  EventSpec event_;
  std::vector<std::string> paths_;
  std::optional<size_t> time_slot_;
  std::vector<MetricRule> metrics_;
};

}  // namespace tally

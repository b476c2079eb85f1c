// The compiled configuration of events and metrics: the fields to decode, and what each metric counts.
//
//   ASSIGN_OR_RETURN(auto rules, Rules::Compile(event_spec, metric_specs));
//   auto decoder = rules->NewDecoder();
//
// Immutable and so thread-safe. All shards share one, also those of several Counters.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/events/amount.h"
#include "core/events/decoder.h"
#include "core/events/event_time.h"
#include "core/events/field.h"
#include "core/events/record.h"
#include "core/events/spec.h"

namespace tally {

// The source of a value: a field of the event, or the record itself.
struct Source {
  enum class Kind { kField, kTopic, kKey, kPartition };
  Kind kind = Kind::kField;
  size_t slot = 0;  // kField: its index in the decoded fields
};

// The input of a rule: the decoded fields of an event, its record, and the topic and partition of the record.
struct EventView {
  std::span<const Field> fields;
  const Record* record = nullptr;
  std::string_view topic;
  std::string_view partition;  // in decimal

  Field Get(const Source& source) const;
};

// A string, an integer or a boolean that is not too long.
bool IsDimensionValue(const Field& field);

class MetricRule {
 public:
  struct Condition {
    Source source;
    std::vector<std::string> texts;  // one of them must equal the field's text
  };

  std::string name;
  std::vector<Source> by;           // the dimensions, in order
  std::vector<std::string> labels;  // of each dimension; distinct
  std::optional<Source> value;
  uint32_t decimals = 0;  // of the value and the counts
  std::vector<Condition> where;
  size_t name_max = 0;  // the longest name of a series

  bool Holds(const EventView& event) const { return where.empty() || HoldsAll(event); }

  // The increment of an event: 1, or the number in the value field (ReadAmount). Nothing if the field is missing or is
  // not such a number.
  std::optional<uint64_t> Amount(const EventView& event) const {
    return value ? ReadAmount(event.Get(*value), decimals) : 1;
  }

  // Writes the name of the event's series. Returns its end, or null if the field of a dimension is missing; `out` then
  // holds undefined bytes. REQUIRES: `out` has room for name_max bytes.
  char* WriteName(const EventView& event, char* out) const;

 private:
  bool HoldsAll(const EventView& event) const;
};

class Rules {
 public:
  // Fails if the factory cannot make a decoder for the fields, or the times cannot be read (EventTime). REQUIRES:
  // `make_decoder` succeeds again with the same arguments.
  static absl::StatusOr<std::shared_ptr<const Rules>> Compile(EventSpec event, const std::vector<MetricSpec>& metrics,
                                                              DecoderFactory make_decoder = MakeDecoder);

  const EventSpec& event() const { return event_; }
  const EventTime& event_time() const { return event_time_; }
  const std::vector<MetricRule>& metrics() const { return metrics_; }
  size_t fields() const { return paths_.size(); }

  // The index of the field with the time of the event. Nothing if the time is the timestamp of the record.
  std::optional<size_t> time_slot() const { return time_slot_; }

  // The name of a source in the configuration.
  std::string_view NameOf(const Source& source) const;

  // Makes a decoder of the fields, in the order of their slots.
  std::unique_ptr<Decoder> NewDecoder() const;

 private:
  size_t SlotOf(const std::string& path);
  Source Resolve(const std::string& source);

  EventSpec event_;
  EventTime event_time_;
  DecoderFactory make_decoder_;
  std::vector<std::string> paths_;
  std::optional<size_t> time_slot_;
  std::vector<MetricRule> metrics_;
};

}  // namespace tally

#include "core/events/rules.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/events/series_name.h"

namespace tally {

bool IsDimensionValue(const Field& field) {
  return field.has_value() && field.type != Field::Type::kNumber && field.text.size() <= kDimensionValueMax;
}

Field EventView::Get(const Source& source) const {
  switch (source.kind) {
    case Source::Kind::kField:
      return fields[source.slot];
    case Source::Kind::kTopic:
      return {Field::Type::kText, topic};
    case Source::Kind::kKey:
      return record->key ? Field{Field::Type::kUntyped, *record->key} : Field{};
    case Source::Kind::kPartition:
      return {Field::Type::kInteger, partition};
  }
  return {};
}

bool MetricRule::HoldsAll(const EventView& event) const {
  return std::all_of(where.begin(), where.end(), [&](const Condition& condition) {
    Field field = event.Get(condition.source);
    return field.has_value() &&
           std::find(condition.texts.begin(), condition.texts.end(), field.text) != condition.texts.end();
  });
}

char* MetricRule::WriteName(const EventView& event, char* out) const {
  out = std::copy(name.begin(), name.end(), out);
  for (const Source& source : by) {
    Field field = event.Get(source);
    if (!IsDimensionValue(field)) return nullptr;
    *out++ = ':';
    out = WriteEncoded(field.text, out);
  }
  return out;
}

absl::StatusOr<std::shared_ptr<const Rules>> Rules::Compile(EventSpec event, const std::vector<MetricSpec>& metrics,
                                                            DecoderFactory make_decoder) {
  auto rules = std::make_shared<Rules>();
  rules->event_ = std::move(event);
  ASSIGN_OR_RETURN(rules->event_time_, EventTime::Compile(rules->event_));
  rules->make_decoder_ = std::move(make_decoder);
  if (rules->event_.time != "@timestamp") rules->time_slot_ = rules->SlotOf(rules->event_.time);
  for (const MetricSpec& spec : metrics) {
    MetricRule& metric = rules->metrics_.emplace_back();
    metric.name = spec.name;
    metric.decimals = spec.decimals;
    for (const Dimension& dimension : spec.by) {
      metric.by.push_back(rules->Resolve(dimension.source));
      metric.labels.push_back(dimension.label);
    }
    if (!spec.value.empty()) metric.value = rules->Resolve(spec.value);
    for (const auto& [source, texts] : spec.where) metric.where.push_back({rules->Resolve(source), texts});
    metric.name_max = metric.name.size() + metric.by.size() * (1 + kEncodedMax * kDimensionValueMax);
  }
  ASSIGN_OR_RETURN(auto decoder, rules->make_decoder_(rules->event_, rules->paths_));
  return rules;
}

std::string_view Rules::NameOf(const Source& source) const {
  switch (source.kind) {
    case Source::Kind::kField:
      return paths_[source.slot];
    case Source::Kind::kTopic:
      return "@topic";
    case Source::Kind::kKey:
      return "@key";
    case Source::Kind::kPartition:
      return "@partition";
  }
  return {};
}

std::unique_ptr<Decoder> Rules::NewDecoder() const {
  auto decoder = make_decoder_(event_, paths_);
  TALLY_CHECK(decoder.ok());  // Compile() has made the same decoder
  return *std::move(decoder);
}

size_t Rules::SlotOf(const std::string& path) {
  auto known = std::find(paths_.begin(), paths_.end(), path);
  if (known == paths_.end()) known = paths_.insert(known, path);
  return static_cast<size_t>(known - paths_.begin());
}

Source Rules::Resolve(const std::string& source) {
  if (source == "@topic") return {Source::Kind::kTopic, 0};
  if (source == "@key") return {Source::Kind::kKey, 0};
  if (source == "@partition") return {Source::Kind::kPartition, 0};
  return {Source::Kind::kField, SlotOf(source)};
}

}  // namespace tally

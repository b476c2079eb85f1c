// [[metric]]: the events that are counted, and the fields of an event by which they are counted.
#include <algorithm>
#include <utility>

#include "apps/config/draft.h"
#include "apps/config/label.h"
#include "core/base/count.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// The sources of a dimension or a condition that are not fields of the event.
constexpr std::string_view kRecordSources[] = {"@topic", "@key", "@partition"};

struct MetricDraft {
  MetricSpec spec;
  std::vector<FieldUse> fields;
  std::string decimals_where = {};
};

// If `source` is a field, adds it to the fields to decode.
void Use(const TomlValue& value, std::string_view source, MetricDraft& metric) {
  if (source.front() != '@') metric.fields.push_back({std::string(source), value.Where()});
}

absl::Status ReadName(const TomlValue& value, MetricDraft& metric) {
  constexpr std::string_view kExpected = "a name of letters, digits and _ that does not begin with a digit";
  ASSIGN_OR_RETURN(metric.spec.name, value.Text(kTextMax, kExpected));
  return IsIdentifier(metric.spec.name) ? absl::OkStatus() : value.Expected(kExpected);
}

// "source" or "label=source".
absl::Status ReadDimension(const TomlValue& value, MetricDraft& metric) {
  ASSIGN_OR_RETURN(const std::string text, value.NonEmptyText(kTextMax, "\"source\" or \"label=source\""));
  const std::optional<Dimension> dimension = ParseDimension(text);
  if (!dimension.has_value()) return value.Expected("\"source\" or \"label=source\"");
  RETURN_IF_ERROR(CheckSource(value, dimension->source, kRecordSources));
  if (!IsLabel(dimension->label)) {
    return value.Error(Shown(dimension->label), " is not a label: expected letters, digits and _, no digit or __ at ",
                       "the beginning, not \"metric\"; write label=source, such as ",
                       Shown(Cat(LabelLike(dimension->label), "=", dimension->source)));
  }
  for (const Dimension& other : metric.spec.by) {
    if (other.label == dimension->label) {
      return value.Error("the label ", Shown(other.label), " is given twice; write label=source to change one");
    }
  }
  Use(value, dimension->source, metric);
  metric.spec.by.push_back(*dimension);
  return absl::OkStatus();
}

absl::Status ReadBy(const TomlValue& value, MetricDraft& metric) {
  ASSIGN_OR_RETURN(const TomlValue::ListOf list, value.List(kDimensionsMax, "a list such as [\"game\", \"call\"]"));
  for (const TomlValue& dimension : list) RETURN_IF_ERROR(ReadDimension(dimension, metric));
  return absl::OkStatus();
}

absl::Status ReadValue(const TomlValue& value, MetricDraft& metric) {
  ASSIGN_OR_RETURN(metric.spec.value, value.Text(kTextMax, "a field"));
  if (metric.spec.value.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckSource(value, metric.spec.value, {}));
  Use(value, metric.spec.value, metric);
  return absl::OkStatus();
}

// Returns a value of a condition as the text with which a field is compared.
absl::StatusOr<std::string> ConditionText(const TomlValue& value) {
  std::optional<std::string> text = value.Scalar();
  if (!text.has_value()) return value.Expected("a string, an integer, a boolean or a list of them");
  if (text->size() > kTextMax) return value.Error("expected at most ", kTextMax, " bytes, got ", text->size());
  return *std::move(text);
}

absl::Status ReadCondition(const TomlValue::Entry& entry, MetricDraft& metric) {
  const TomlValue& value = entry.value;
  if (value.IsTable()) {
    return value.Error("expected a value or a list of values; write a nested field as \"/outer/inner\"");
  }
  if (entry.key.empty() || entry.key.size() > kTextMax) {
    return value.Error("expected a field of 1 to ", kTextMax, " bytes");
  }
  RETURN_IF_ERROR(CheckSource(value, entry.key, kRecordSources));
  TomlValue::ListOf values = {value};
  if (value.IsList()) {
    ASSIGN_OR_RETURN(values, value.List(kWhereValuesMax, "a list of values"));
    if (values.empty()) return value.Error("expected at least one value; without a value, no event matches");
  }
  std::vector<std::string> texts;
  for (const TomlValue& each : values) {
    ASSIGN_OR_RETURN(std::string text, ConditionText(each));
    texts.push_back(std::move(text));
  }
  Use(value, entry.key, metric);
  metric.spec.where.emplace(entry.key, std::move(texts));
  return absl::OkStatus();
}

absl::Status ReadWhere(const TomlValue& value, MetricDraft& metric) {
  ASSIGN_OR_RETURN(const TomlValue::TableOf entries, value.Table("a table such as { call = \"login\" }"));
  if (entries.size() > kWhereFieldsMax) return value.Error("expected at most ", kWhereFieldsMax, " fields");
  for (const TomlValue::Entry& entry : entries) RETURN_IF_ERROR(ReadCondition(entry, metric));
  return absl::OkStatus();
}

absl::Status ReadDecimals(const TomlValue& value, MetricDraft& metric) {
  metric.decimals_where = value.Where();
  return Set(metric.spec.decimals, value.Integer(0, kDecimalsMax));
}

constexpr KeyOf<MetricDraft> kMetricKeys[] = {
    {"name", ReadName}, {"by", ReadBy}, {"value", ReadValue}, {"decimals", ReadDecimals}, {"where", ReadWhere},
};

absl::StatusOr<MetricDraft> ReadMetric(const TomlValue& value) {
  if (!value.IsTable()) return value.Expected("a [[metric]] table");
  MetricDraft metric;
  RETURN_IF_ERROR(ReadKeys<MetricDraft>(value, kMetricKeys, metric));
  if (metric.spec.name.empty()) return value.Error("expected a name, such as name = \"stats\"");
  if (metric.spec.decimals > 0 && metric.spec.value.empty()) {
    return InvalidArgument(metric.decimals_where, ": decimals need a value; without one, each event counts 1");
  }
  return metric;
}

// Returns true if `pointer` is a JSON pointer (RFC 6901): a 0 or a 1 follows each ~.
bool IsPointer(std::string_view pointer) {
  for (size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] != '~') continue;
    if (i + 1 == pointer.size() || (pointer[i + 1] != '0' && pointer[i + 1] != '1')) return false;
  }
  return true;
}

}  // namespace

std::vector<MetricSpec> DefaultMetrics() { return {{"stats", {{"game", "game"}, {"call", "call"}}, "", {}}}; }

std::vector<FieldUse> DefaultMetricFields() {
  std::vector<FieldUse> fields;
  for (const MetricSpec& metric : DefaultMetrics()) {
    for (const Dimension& dimension : metric.by) fields.push_back({dimension.source, "metric (the default one)"});
  }
  return fields;
}

absl::Status CheckSource(const TomlValue& value, std::string_view source, std::span<const std::string_view> specials) {
  if (source.front() == '/' && !IsPointer(source)) {
    return value.Error(Shown(source), " is not a JSON pointer: write ~ as ~0, and / in a key as ~1");
  }
  if (source.front() != '@' || std::find(specials.begin(), specials.end(), source) != specials.end()) {
    return absl::OkStatus();
  }
  std::string expected = "a field";
  for (std::string_view special : specials) Append(expected, Cat(special == specials.back() ? " or " : ", ", special));
  return value.Error("expected ", expected, ", got ", Shown(source), "; write a field with that name as ",
                     Shown(Cat("/", source)));
}

absl::Status ReadMetrics(const TomlValue& list, Draft& draft) {
  ASSIGN_OR_RETURN(const TomlValue::ListOf values, list.List(kMetricsMax, "[[metric]] tables"));
  if (values.empty()) return list.Error("expected at least one [[metric]]");
  std::vector<MetricSpec> metrics;
  std::vector<FieldUse> fields;
  for (const TomlValue& value : values) {
    ASSIGN_OR_RETURN(MetricDraft metric, ReadMetric(value));
    for (const MetricSpec& other : metrics) {
      if (other.name == metric.spec.name) return value.Error("the name ", Shown(other.name), " is given twice");
    }
    metrics.push_back(std::move(metric.spec));
    fields.insert(fields.end(), metric.fields.begin(), metric.fields.end());
  }
  draft.config.metrics = std::move(metrics);
  draft.metric_fields = std::move(fields);
  return absl::OkStatus();
}

}  // namespace tally

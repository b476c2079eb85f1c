// A configuration being read, layer on layer.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "apps/config/config.h"
#include "apps/config/document.h"
#include "apps/config/nearest.h"
#include "core/base/status_macros.h"

namespace tally {

// A field of an event that the configuration asks for, and where it does.
struct FieldUse {
  std::string field;
  std::string where;  // "tallyd.toml:12:3: metric.by", as TomlValue::Where() says it
};

// Those of DefaultMetrics().
std::vector<FieldUse> DefaultMetricFields();

struct Draft {
  Config config;
  std::vector<FieldUse> metric_fields = DefaultMetricFields();

  // Where these were given last, as TomlValue::Where() says it; as they stand, where they were not.
  std::string format_where = "event.format";
  std::string pattern_where = "event.pattern";
  std::string time_where = "event.time";
  std::string listen_where = "server.listen";
  std::string http_where = "server.http";
};

// Puts the document `root` over what `draft` holds.
absl::Status ApplyLayer(const TomlValue& root, Draft& draft);

// What is left to check once all layers are applied: where one key depends on another.
absl::Status CheckWhole(const Draft& draft);

// Fails if `source` cannot be a field of an event, nor one of `specials`, as "@topic".
absl::Status CheckSource(const TomlValue& value, std::string_view source, std::span<const std::string_view> specials);

// Reads the list under the key `metric`, in place of all metrics that `draft` holds.
absl::Status ReadMetrics(const TomlValue& list, Draft& draft);

// One key of a table, and what reads its value into a Target.
template <typename Target>
struct KeyOf {
  std::string_view name;
  absl::Status (*read)(const TomlValue& value, Target& target);
};

// The error that `entry` is none of `names`.
absl::Status UnknownKey(const TomlValue& table, const TomlValue::Entry& entry, std::span<const std::string_view> names);

// Reads each key of `table` into `target`; one that is not among `keys` is an error.
template <typename Target>
absl::Status ReadKeys(const TomlValue& table, std::span<const KeyOf<Target>> keys, Target& target) {
  ASSIGN_OR_RETURN(const TomlValue::TableOf entries, table.Table("a table"));
  for (const TomlValue::Entry& entry : entries) {
    bool known = false;
    for (const KeyOf<Target>& key : keys) {
      if (key.name != entry.key) continue;
      known = true;
      RETURN_IF_ERROR(key.read(entry.value, target));
    }
    if (known) continue;
    std::vector<std::string_view> names;
    for (const KeyOf<Target>& key : keys) names.push_back(key.name);
    return UnknownKey(table, entry, names);
  }
  return absl::OkStatus();
}

// `value` into `target`, if it is one.
template <typename T, typename From>
absl::Status Set(T& target, absl::StatusOr<From> value) {
  if (!value.ok()) return value.status();
  target = static_cast<T>(*std::move(value));
  return absl::OkStatus();
}

}  // namespace tally

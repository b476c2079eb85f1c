// A configuration while it is read, layer by layer.
#pragma once

#include <map>
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

// A field of an event that the configuration uses, and the location of that use.
struct FieldUse {
  std::string field;
  std::string where;  // from TomlValue::Where(): "tallyd.toml:12:3: metric.by"
};

// The fields that DefaultMetrics() uses.
std::vector<FieldUse> DefaultMetricFields();

struct Draft {
  Config config;
  std::vector<FieldUse> metric_fields = DefaultMetricFields();

  // The last location of each key, from TomlValue::Where(). The initial value is for a key that is not given.
  std::string format_where = "event.format";
  std::string pattern_where = "event.pattern";
  std::string time_where = "event.time";
  std::string listen_where = "server.listen";
  std::string http_where = "server.http";
  std::map<std::string, std::string> property_where;  // by the property's name
};

// Applies the document `root` on top of `draft`.
absl::Status ApplyLayer(const TomlValue& root, Draft& draft);

// Checks the keys that depend on other keys, after all layers are applied.
absl::Status CheckConsistency(const Draft& draft);

// Fails unless `source` can be a field of an event or is one of `specials`, for example "@topic".
absl::Status CheckSource(const TomlValue& value, std::string_view source, std::span<const std::string_view> specials);

// Reads the list under the key `metric`. It replaces all metrics in `draft`.
absl::Status ReadMetrics(const TomlValue& list, Draft& draft);

// A key of a table, and the function that reads its value into a Target.
template <typename Target>
struct KeyOf {
  std::string_view name;
  absl::Status (*read)(const TomlValue& value, Target& target);
};

// Returns the error for an `entry` that is not among `names`.
absl::Status UnknownKey(const TomlValue& table, const TomlValue::Entry& entry, std::span<const std::string_view> names);

// Reads each key of `table` into `target`. A key that is not among `keys` is an error.
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

// Stores `value` in `target`, or returns its error.
template <typename T, typename From>
absl::Status Set(T& target, absl::StatusOr<From> value) {
  if (!value.ok()) return value.status();
  target = static_cast<T>(*std::move(value));
  return absl::OkStatus();
}

}  // namespace tally

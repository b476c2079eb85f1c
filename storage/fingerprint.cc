#include "storage/fingerprint.h"

#include "absl/strings/escaping.h"
#include "absl/time/time.h"
#include "core/base/named.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// Follows a space or a comma, which no quoted text ends with.
constexpr std::string_view kDecimals = " decimals=";

std::string Quoted(std::string_view text) { return Cat('"', absl::CEscape(ToAbsl(text)), '"'); }

std::string Fingerprint(const EventSpec& event) {
  const EventSpec defaults;
  std::string text = Cat("format=", NameOf(event.format, kFormatNames), " pattern=", Quoted(event.pattern),
                         " time=", Quoted(event.time), " time_unit=", NameOf(event.time_unit, kTimeUnitNames),
                         " ahead_max=", absl::FormatDuration(event.ahead_max));
  // Keys that are newer than the format are left out at their defaults: a directory of an older release has none.
  if (event.time_format != defaults.time_format) Append(text, Cat(" time_format=", Quoted(event.time_format)));
  if (event.time_zone != defaults.time_zone) Append(text, Cat(" time_zone=", Quoted(event.time_zone)));
  return text;
}

std::string Fingerprint(const MetricSpec& metric) {
  std::string text = "by=";
  for (const Dimension& dimension : metric.by) Append(text, Cat(dimension.label, "=", Quoted(dimension.source), ","));
  Append(text, Cat(" value=", Quoted(metric.value), " where="));
  for (const auto& [source, texts] : metric.where) {
    Append(text, Cat(Quoted(source), ":"));
    for (const std::string& allowed : texts) Append(text, Cat(Quoted(allowed), ","));
  }
  if (metric.decimals != 0) Append(text, Cat(kDecimals, metric.decimals));
  return text;
}

absl::Status Differs(std::string_view what, std::string_view stored, std::string_view configured) {
  return absl::FailedPreconditionError(
      Cat(what, " was counted with ", stored, " and is configured with ", configured,
          "; serve --recount counts everything again with the new configuration, in this directory; "
          "with another data directory, this one stays unchanged"));
}

}  // namespace

Fingerprints FingerprintsOf(const EventSpec& event, const std::vector<MetricSpec>& metrics) {
  Fingerprints prints;
  prints.event = Fingerprint(event);
  for (const MetricSpec& metric : metrics) prints.metrics[metric.name] = Fingerprint(metric);
  return prints;
}

uint32_t DecimalsOf(std::string_view fingerprint) {
  const size_t at = fingerprint.rfind(kDecimals);
  if (at == fingerprint.npos || at + kDecimals.size() + 1 != fingerprint.size()) return 0;
  const char digit = fingerprint.back();
  return digit >= '0' && digit <= '9' ? static_cast<uint32_t>(digit - '0') : 0;
}

absl::Status CheckSame(const Fingerprints& stored, const Fingerprints& configured) {
  if (stored.event != configured.event) return Differs("[event]", stored.event, configured.event);
  for (const auto& [name, print] : configured.metrics) {
    auto known = stored.metrics.find(name);
    if (known != stored.metrics.end() && known->second != print) {
      return Differs(Cat("[[metric]] ", name), known->second, print);
    }
  }
  return absl::OkStatus();
}

}  // namespace tally

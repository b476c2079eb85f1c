#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "apps/config/config.h"
#include "apps/config/document.h"
#include "apps/config/label.h"
#include "apps/config/names.h"
#include "apps/config/properties.h"
#include "apps/config/start_time.h"
#include "core/base/strings.h"

namespace tally {
namespace {

std::string Quoted(std::string_view text) { return QuoteToml(text); }
std::string Quoted(absl::Duration duration) { return QuoteToml(absl::FormatDuration(duration)); }
std::string Quoted(const Endpoint& endpoint) { return QuoteToml(FormatEndpoint(endpoint)); }

std::string Quoted(const StartPoint& start) {
  if (start.kind == StartPoint::Kind::kTime) return QuoteToml(FormatStartTime(start.time));
  return QuoteToml(NameOf(start.kind, kStartNames));
}

std::string List(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const std::string& text : texts) Append(out, Cat(out.size() == 1 ? "" : ", ", Quoted(text)));
  return out + "]";
}

std::string Where(const MetricSpec& metric) {
  std::string out;
  for (const auto& [source, texts] : metric.where) {
    // The key is always quoted: a bare key with a dot would be two keys.
    const std::string values = texts.size() == 1 ? Quoted(texts[0]) : List(texts);
    Append(out, Cat(out.empty() ? " " : ", ", Quoted(source), " = ", values));
  }
  return out.empty() ? "{}" : Cat("{", out, " }");
}

void Print(const KafkaConfig& kafka, std::string& out) {
  Append(out, Cat("[kafka]\nbrokers = ", Quoted(kafka.brokers), "\ntopics = ", List(kafka.topics)));
  Append(out, Cat("\nstart = ", Quoted(kafka.start), "\ngroup = ", Quoted(kafka.group)));
  Append(out, Cat("\nthreads = ", kafka.threads, "\n\n[kafka.properties]\n"));
  for (const auto& [name, value] : kafka.properties) {
    Append(out, Cat(Quoted(name), " = ", Quoted(IsHidden(name, kafka) ? "***" : std::string_view(value)), "\n"));
  }
}

void Print(const EventSpec& event, std::string& out) {
  Append(out, Cat("\n[event]\nformat = ", Quoted(NameOf(event.format, kFormatNames))));
  Append(out, Cat("\npattern = ", Quoted(event.pattern), "\ntime = ", Quoted(event.time)));
  Append(out, Cat("\ntime_unit = ", Quoted(NameOf(event.time_unit, kTimeUnitNames))));
  Append(out, Cat("\ntime_format = ", Quoted(event.time_format), "\ntime_zone = ", Quoted(event.time_zone)));
  Append(out, Cat("\nahead_max = ", Quoted(event.ahead_max), "\n"));
}

void Print(const MetricSpec& metric, std::string& out) {
  std::vector<std::string> by;
  for (const Dimension& dimension : metric.by) by.push_back(FormatDimension(dimension));
  Append(out, Cat("\n[[metric]]\nname = ", Quoted(metric.name), "\nby = ", List(by)));
  Append(out, Cat("\nvalue = ", Quoted(metric.value), "\ndecimals = ", metric.decimals));
  Append(out, Cat("\nwhere = ", Where(metric), "\n"));
}

}  // namespace

std::string PrintConfig(const Config& config) {
  std::string out;
  Print(config.kafka, out);
  Print(config.event, out);
  for (const MetricSpec& metric : config.metrics) Print(metric, out);
  Append(out, Cat("\n[retention]\nttl = ", Quoted(config.retention.ttl)));
  Append(out, Cat("\nclock = ", Quoted(NameOf(config.retention.clock, kClockNames)), "\n"));
  Append(out, Cat("\n[checkpoint]\ndir = ", Quoted(config.checkpoint.dir)));
  Append(out, Cat("\ninterval = ", Quoted(config.checkpoint.interval), "\n"));
  Append(out, Cat("\n[limits]\nseries_max = ", config.limits.series_max));
  Append(out, Cat("\nclients_max = ", config.limits.clients_max, "\n"));
  Append(out, Cat("\n[server]\nlisten = ", Quoted(config.server.listen)));
  Append(out, Cat("\nhttp = ", Quoted(config.server.http)));
  Append(out, Cat("\npassword_file = ", Quoted(config.server.password_file), "\n"));
  return out;
}

}  // namespace tally

// The keys of every section but [[metric]], and the values that each key accepts.
#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "apps/config/draft.h"
#include "apps/config/names.h"
#include "apps/config/secrets.h"
#include "apps/config/start_time.h"
#include "apps/config/topics.h"
#include "core/base/strings.h"
#include "core/events/decoder.h"
#include "core/events/event_time.h"

namespace tally {
namespace {

using Key = KeyOf<Draft>;

template <typename T, size_t N>
absl::Status SetChoice(const TomlValue& value, const std::array<Named<T>, N>& names, T& target) {
  std::string expected;
  std::vector<std::string_view> words;
  for (const Named<T>& named : names) {
    Append(expected, Cat(words.empty() ? "" : " or ", "\"", named.name, "\""));
    words.push_back(named.name);
  }
  ASSIGN_OR_RETURN(const std::string text, value.Text(kTextMax, expected));
  for (const Named<T>& named : names) {
    if (named.name != text) continue;
    target = named.value;
    return absl::OkStatus();
  }
  return value.Expected(expected);
}

// Returns one line of text. For values that are passed on as C strings or printed in one line.
absl::StatusOr<std::string> Line(const TomlValue& value) {
  ASSIGN_OR_RETURN(std::string text, value.NonEmptyText(kTextMax, "a non-empty string"));
  auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) return value.Expected("a string without control characters");
  return text;
}

absl::Status ReadTopics(const TomlValue& value, Draft& draft) {
  ASSIGN_OR_RETURN(const TomlValue::ListOf list, value.List(kTopicsMax, "a list of topics such as [\"mw\", \"hh\"]"));
  if (list.empty()) return value.Error("expected at least one topic");
  std::vector<std::string> topics;
  for (const TomlValue& topic : list) {
    ASSIGN_OR_RETURN(std::string name, topic.Text(kTextMax, "a topic name"));
    RETURN_IF_ERROR(Annotate(CheckTopic(name), topic.Where()));
    if (std::find(topics.begin(), topics.end(), name) != topics.end())
      return topic.Error(Shown(name), " is given twice");
    topics.push_back(std::move(name));
  }
  draft.config.kafka.topics = std::move(topics);
  return absl::OkStatus();
}

absl::Status ReadStart(const TomlValue& value, Draft& draft) {
  constexpr std::string_view kExpected =
      "\"earliest\", \"latest\", \"retention\" or a time such as \"2011-06-05T14:30:00Z\"";
  const std::optional<std::string> text = value.TimeText();
  if (!text.has_value()) return value.Expected(kExpected);
  for (const auto& named : kStartNames) {
    if (named.name != *text) continue;
    draft.config.kafka.start = {named.value, Timestamp()};
    return absl::OkStatus();
  }
  const std::optional<Timestamp> time = ParseStartTime(*text);
  if (!time.has_value()) return value.Expected(kExpected);
  draft.config.kafka.start = {StartPoint::Kind::kTime, *time};
  return absl::OkStatus();
}

absl::Status ReadProperties(const TomlValue& value, Draft& draft) {
  ASSIGN_OR_RETURN(const auto read, ReadKafkaProperties(value));
  KafkaConfig& kafka = draft.config.kafka;
  for (const auto& [name, property] : read) {
    kafka.properties[name] = property.value;
    draft.property_where[name] = property.where;
    kafka.hidden_properties.erase(name);
    if (property.hidden) kafka.hidden_properties.insert(name);
  }
  if (kafka.properties.size() > kPropertiesMax) {
    return value.Error("expected at most ", kPropertiesMax, " properties");
  }
  return absl::OkStatus();
}

absl::Status ReadTimeField(const TomlValue& value, Draft& draft) {
  constexpr std::string_view kSpecials[] = {"@timestamp"};
  ASSIGN_OR_RETURN(std::string field, value.NonEmptyText(kTextMax, "a field"));
  RETURN_IF_ERROR(CheckSource(value, field, kSpecials));
  draft.config.event.time = std::move(field);
  draft.time_where = value.Where();
  return absl::OkStatus();
}

absl::Status ReadFormat(const TomlValue& value, Draft& draft) {
  draft.format_where = value.Where();
  return SetChoice(value, kFormatNames, draft.config.event.format);
}

absl::Status ReadPattern(const TomlValue& value, Draft& draft) {
  draft.pattern_where = value.Where();
  return Set(draft.config.event.pattern, value.Text(kPatternMax));
}

absl::Status ReadTimeFormat(const TomlValue& value, Draft& draft) {
  ASSIGN_OR_RETURN(const std::string format, value.Text(kTextMax));
  if (!format.empty()) {
    RETURN_IF_ERROR(Annotate(TimeFormat::Compile(format, LocalZone()).status(), value.Where()));
  }
  draft.config.event.time_format = format;
  return absl::OkStatus();
}

absl::Status ReadTimeZone(const TomlValue& value, Draft& draft) {
  ASSIGN_OR_RETURN(const std::string zone, Line(value));
  RETURN_IF_ERROR(Annotate(FindZone(zone).status(), value.Where()));
  draft.config.event.time_zone = zone;
  return absl::OkStatus();
}

absl::Status ReadEndpoint(const TomlValue& value, Endpoint& endpoint, std::string& where) {
  ASSIGN_OR_RETURN(const std::string text, value.Text(kTextMax, "HOST:PORT"));
  std::optional<Endpoint> parsed = ParseEndpoint(text);
  if (!parsed.has_value()) {
    return value.Expected("HOST:PORT such as \"127.0.0.1:7878\" or \"[::1]:7878\", with a port from 0 to 65535");
  }
  where = value.Where();
  endpoint = *std::move(parsed);
  return absl::OkStatus();
}

constexpr Key kKafkaKeys[] = {
    {"brokers", [](const TomlValue& v, Draft& d) { return Set(d.config.kafka.brokers, Line(v)); }},
    {"topics", ReadTopics},
    {"start", ReadStart},
    {"group", [](const TomlValue& v, Draft& d) { return Set(d.config.kafka.group, Line(v)); }},
    {"threads", [](const TomlValue& v, Draft& d) { return Set(d.config.kafka.threads, v.Integer(0, kThreadsMax)); }},
    {"properties", ReadProperties},
};

absl::Status ReadKafka(const TomlValue& value, Draft& draft) {
  TomlValue expanded = value;
  RETURN_IF_ERROR(expanded.ReplaceStrings(ExpandEnvironment));
  return ReadKeys<Draft>(expanded, kKafkaKeys, draft);
}

constexpr Key kEventKeys[] = {
    {"format", ReadFormat},
    {"pattern", ReadPattern},
    {"time", ReadTimeField},
    {"time_unit", [](const TomlValue& v, Draft& d) { return SetChoice(v, kTimeUnitNames, d.config.event.time_unit); }},
    {"time_format", ReadTimeFormat},
    {"time_zone", ReadTimeZone},
    {"ahead_max",
     [](const TomlValue& v, Draft& d) { return Set(d.config.event.ahead_max, v.Duration(kAheadMin, kAheadMax)); }},
};

constexpr Key kRetentionKeys[] = {
    {"ttl", [](const TomlValue& v, Draft& d) { return Set(d.config.retention.ttl, v.Duration(kTtlMin, kTtlMax)); }},
    {"clock", [](const TomlValue& v, Draft& d) { return SetChoice(v, kClockNames, d.config.retention.clock); }},
};

constexpr Key kCheckpointKeys[] = {
    {"dir", [](const TomlValue& v, Draft& d) { return Set(d.config.checkpoint.dir, Line(v)); }},
    {"interval", [](const TomlValue& v,
                    Draft& d) { return Set(d.config.checkpoint.interval, v.Duration(kIntervalMin, kIntervalMax)); }},
};

constexpr Key kLimitsKeys[] = {
    {"series_max",
     [](const TomlValue& v, Draft& d) { return Set(d.config.limits.series_max, v.Integer(1, kSeriesMaxMax)); }},
    {"clients_max",
     [](const TomlValue& v, Draft& d) { return Set(d.config.limits.clients_max, v.Integer(1, kClientsMaxMax)); }},
};

constexpr Key kServerKeys[] = {
    {"listen", [](const TomlValue& v, Draft& d) { return ReadEndpoint(v, d.config.server.listen, d.listen_where); }},
    {"http", [](const TomlValue& v, Draft& d) { return ReadEndpoint(v, d.config.server.http, d.http_where); }},
    {"password_file",
     [](const TomlValue& v, Draft& d) { return Set(d.config.server.password_file, v.Text(kTextMax)); }},
};

constexpr Key kSections[] = {
    {"kafka", ReadKafka},
    {"event", [](const TomlValue& v, Draft& d) { return ReadKeys<Draft>(v, kEventKeys, d); }},
    {"metric", ReadMetrics},
    {"retention", [](const TomlValue& v, Draft& d) { return ReadKeys<Draft>(v, kRetentionKeys, d); }},
    {"checkpoint", [](const TomlValue& v, Draft& d) { return ReadKeys<Draft>(v, kCheckpointKeys, d); }},
    {"limits", [](const TomlValue& v, Draft& d) { return ReadKeys<Draft>(v, kLimitsKeys, d); }},
    {"server", [](const TomlValue& v, Draft& d) { return ReadKeys<Draft>(v, kServerKeys, d); }},
};

// Checks that the format has all fields that the configuration uses. It makes one decoder for all fields; only if that
// fails does it make one for each field, to find the location of the error.
absl::Status CheckFields(const Draft& draft) {
  const EventSpec& event = draft.config.event;
  std::vector<FieldUse> uses = draft.metric_fields;
  if (event.time != "@timestamp") uses.push_back({event.time, draft.time_where});
  std::set<std::string> fields;
  for (const FieldUse& use : uses) fields.insert(use.field);
  if (MakeDecoder(event, {fields.begin(), fields.end()}).ok()) return absl::OkStatus();

  RETURN_IF_ERROR(Annotate(MakeDecoder(event, {}).status(), draft.pattern_where));
  for (const FieldUse& use : uses) RETURN_IF_ERROR(Annotate(MakeDecoder(event, {use.field}).status(), use.where));
  return absl::OkStatus();
}

// Without a password, every client that reaches a port can query everything, so only this machine is allowed to reach
// it.
absl::Status CheckExposure(const Endpoint& endpoint, const std::string& where, const ServerConfig& server) {
  if (IsLoopback(endpoint.host) || !server.password_file.empty()) return absl::OkStatus();
  return InvalidArgument(where, ": ", Shown(endpoint.host), " is not a loopback address; set server.password_file, or ",
                         "use 127.0.0.0/8, ::1 or localhost");
}

}  // namespace

absl::Status ApplyLayer(const TomlValue& root, Draft& draft) { return ReadKeys<Draft>(root, kSections, draft); }

absl::Status CheckConsistency(const Draft& draft) {
  const EventSpec& event = draft.config.event;
  const bool regex = event.format == EventFormat::kRegex;
  if (regex && event.pattern.empty()) {
    return InvalidArgument(draft.format_where, ": \"regex\" needs event.pattern");
  }
  if (!regex && !event.pattern.empty()) {
    return InvalidArgument(draft.pattern_where, ": a pattern needs event.format = \"regex\"");
  }
  const ServerConfig& server = draft.config.server;
  RETURN_IF_ERROR(CheckExposure(server.listen, draft.listen_where, server));
  RETURN_IF_ERROR(CheckExposure(server.http, draft.http_where, server));
  return CheckFields(draft);
}

absl::Status UnknownKey(const TomlValue& table, const TomlValue::Entry& entry,
                        std::span<const std::string_view> names) {
  std::string shown = Shown(entry.key);
  std::replace(shown.begin(), shown.end(), '"', '\'');
  const std::string section = table.path().empty() ? "" : Cat(" in [", table.path(), "]");
  return InvalidArgument(entry.key_location.Text(), ": unknown ", section.empty() ? "section " : "key ", shown, section,
                         DidYouMean(entry.key, names));
}

}  // namespace tally

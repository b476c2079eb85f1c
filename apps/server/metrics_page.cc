#include "apps/server/metrics_page.h"

#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/strings.h"

namespace tally {
namespace {

// The families, one after another: each begins once, and all its samples follow.
class Exposition {
 public:
  // `type` is counter or gauge. Neither `name` nor `help` needs escaping.
  void Begin(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += Cat("# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
  }

  template <typename Number>
  void Add(std::vector<std::pair<std::string_view, std::string_view>> labels, Number value) {
    text_ += name_;
    char before = '{';
    for (const auto& [label, text] : labels) {
      text_ += Cat(before, label, "=\"");
      AppendEscaped(text);
      text_ += '"';
      before = ',';
    }
    if (!labels.empty()) text_ += '}';
    char digits[32];
    text_ += Cat(' ', std::string_view(digits, std::to_chars(digits, digits + sizeof digits, value).ptr), '\n');
  }

  std::string Take() { return std::move(text_); }

 private:
  void AppendEscaped(std::string_view text) {
    for (char c : text) {
      if (c == '\\' || c == '"') text_ += '\\';
      if (c == '\n') {
        text_ += "\\n";
      } else {
        text_ += c;
      }
    }
  }

  std::string text_;
  std::string name_;
};

void AddFates(const std::vector<PartitionStatus>& partitions, Exposition& out) {
  out.Begin("tallyd_events_total", "counter", "Records read, by their fate.");
  for (const PartitionStatus& partition : partitions) {
    std::string number = Cat(partition.place.partition);
    for (size_t fate = 0; fate < kFates; ++fate) {
      out.Add({{"topic", partition.place.topic}, {"partition", number}, {"fate", kFateNames[fate]}},
              partition.state.fates[fate]);
    }
  }
}

void AddPartitions(const NodeFacts& facts, Exposition& out) {
  for (const PartitionFigure& figure : PartitionFigures()) {
    out.Begin(figure.metric, "gauge", figure.help);
    for (const PartitionStatus& partition : facts.partitions) {
      const std::optional<int64_t> value = figure.value(partition, facts.wall);
      if (value) out.Add({{"topic", partition.place.topic}, {"partition", Cat(partition.place.partition)}}, *value);
    }
  }
}

void AddNode(const NodeFacts& facts, Exposition& out) {
  for (const NodeFigure& figure : NodeFigures()) {
    const FigureValue value = figure.value(facts);
    if (!value) continue;
    out.Begin(figure.metric, figure.type == FigureType::kCounter ? "counter" : "gauge", figure.help);
    if (const auto* duration = std::get_if<absl::Duration>(&*value)) {
      out.Add({}, absl::ToDoubleSeconds(*duration));
    } else if (const auto* minute = std::get_if<Minute>(&*value)) {
      out.Add({}, minute->start().millis() / 1000);
    } else {
      out.Add({}, std::get<uint64_t>(*value));
    }
  }
}

}  // namespace

std::string MetricsPage(const NodeFacts& facts) {
  Exposition out;
  out.Begin("tallyd_build_info", "gauge", "1, labelled with the version.");
  out.Add({{"version", facts.node.version}}, 1);
  AddFates(facts.partitions, out);
  AddPartitions(facts, out);
  AddNode(facts, out);
  return out.Take();
}

}  // namespace tally

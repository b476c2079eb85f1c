#include "apps/server/metrics_page.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <utility>

#include "core/base/strings.h"

namespace tally {
namespace {

constexpr std::string_view kFateFamily = "tallyd_events_total";

// Neither `name` nor `help` needs escaping.
void BeginFamily(std::string_view name, std::string_view type, std::string_view help, std::string& out) {
  out += Cat("# HELP ", name, " ", help, "\n# TYPE ", name, " ", type, "\n");
}

void AppendEscaped(std::string_view text, std::string& out) {
  for (char c : text) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
}

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

template <typename Number>
void AddSample(std::string_view name, Labels labels, Number value, std::string& out) {
  out += name;
  char before = '{';
  for (const auto& [label, text] : labels) {
    out += Cat(before, label, "=\"");
    AppendEscaped(text, out);
    out += '"';
    before = ',';
  }
  if (labels.size() > 0) out += '}';
  char digits[32];
  out += Cat(' ', std::string_view(digits, std::to_chars(digits, digits + sizeof digits, value).ptr), '\n');
}

void AddFates(const PartitionStatus& partition, std::string& out) {
  const std::string number = Cat(partition.topic_partition.partition);
  for (size_t fate = 0; fate < kFates; ++fate) {
    AddSample(kFateFamily,
              {{"topic", partition.topic_partition.topic}, {"partition", number}, {"fate", kFateNames[fate]}},
              partition.state.fates[fate], out);
  }
}

void AddNode(const NodeFacts& facts, std::string& out) {
  for (const NodeFigure& figure : NodeFigures()) {
    const FigureValue value = figure.value(facts);
    if (!value) continue;
    BeginFamily(figure.metric, figure.type == FigureType::kCounter ? "counter" : "gauge", figure.help, out);
    if (const auto* duration = std::get_if<absl::Duration>(&*value)) {
      AddSample(figure.metric, {}, absl::ToDoubleSeconds(*duration), out);
    } else if (const auto* minute = std::get_if<Minute>(&*value)) {
      AddSample(figure.metric, {}, minute->start().millis() / 1000, out);
    } else {
      AddSample(figure.metric, {}, std::get<uint64_t>(*value), out);
    }
  }
}

}  // namespace

bool MetricsPage::Append(std::string& out) {
  while (out.size() < kPieceBytes) {
    if (!AppendSome(out)) return false;
  }
  return true;
}

bool MetricsPage::AppendSome(std::string& out) {
  const std::span<const PartitionFigure> figures = PartitionFigures();
  if (family_ > figures.size()) {
    AddNode(facts_, out);
    return false;
  }
  const PartitionFigure* figure = family_ == 0 ? nullptr : &figures[family_ - 1];
  if (partition_ == 0 && figure != nullptr) BeginFamily(figure->metric, "gauge", figure->help, out);
  if (partition_ == 0 && figure == nullptr) {
    BeginFamily("tallyd_build_info", "gauge", "1, labelled with the version.", out);
    AddSample("tallyd_build_info", {{"version", facts_.node.version}}, 1, out);
    BeginFamily(kFateFamily, "counter", "Records read, by their fate.", out);
  }
  const size_t end = std::min(partition_ + kPartitionsAtOnce, facts_.partitions.size());
  for (; partition_ < end; ++partition_) {
    const PartitionStatus& partition = facts_.partitions[partition_];
    const TopicPartition& topic_partition = partition.topic_partition;
    if (figure == nullptr) {
      AddFates(partition, out);
    } else if (const std::optional<int64_t> value = figure->value(partition, facts_.wall)) {
      AddSample(figure->metric, {{"topic", topic_partition.topic}, {"partition", Cat(topic_partition.partition)}},
                *value, out);
    }
  }
  if (partition_ == facts_.partitions.size()) ++family_, partition_ = 0;
  return true;
}

}  // namespace tally

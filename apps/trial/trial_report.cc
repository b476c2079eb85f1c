#include "apps/trial/trial_report.h"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "absl/time/time.h"
#include "core/base/count.h"
#include "core/base/strings.h"
#include "core/query/words.h"
#include "core/time/format.h"

namespace tally {
namespace {

constexpr size_t kWidth = 80;
constexpr size_t kCountWidth = 20;  // the largest count has 19 digits
constexpr size_t kNameWidth = kWidth - kCountWidth;
constexpr size_t kFateWidth = 14;
constexpr size_t kRecordsWidth = 12;

constexpr std::string_view kBold = "\033[1m", kRed = "\033[31m", kGreen = "\033[32m", kPlain = "\033[0m";

bool BeginsCharacter(char c) { return (c & 0xC0) != 0x80; }  // of UTF-8

// The columns of a text without control characters, if each character has one.
size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), BeginsCharacter));
}

// The first `width` columns of the text; ends with ... if that is not all.
std::string Cut(std::string_view text, size_t width) {
  if (WidthOf(text) <= width) return std::string(text);
  size_t end = 0;
  for (size_t columns = 0; end < text.size(); ++end) {
    if (BeginsCharacter(text[end]) && columns++ == width - 3) break;
  }
  return Cat(text.substr(0, end), "...");
}

std::string Left(std::string_view text, size_t width) {
  return Cat(text, std::string(width - std::min(width, WidthOf(text)), ' '));
}
std::string Right(std::string_view text, size_t width) {
  return Cat(std::string(width - std::min(width, WidthOf(text)), ' '), text);
}

std::string Percent(uint64_t part, uint64_t whole) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%",
                whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole));
  return text;
}

class Report {
 public:
  Report(const TrialResult& result, const Config& config, const TrialReportOptions& options)
      : result_(result), config_(config), options_(options) {}

  std::string Write() {
    WriteFates();
    WriteSeries();
    for (Fate fate : kOrder) WriteSamples(fate);
    return std::move(out_);
  }

 private:
  // The fates in the order in which a node decides them, after the one that everybody wants.
  static constexpr Fate kOrder[] = {Fate::kCounted, Fate::kUnparsable, Fate::kMissingField,
                                    Fate::kLate,    Fate::kFuture,     Fate::kFiltered};

  std::string_view Style(std::string_view style) const { return options_.colors ? style : std::string_view(); }
  void Heading(std::string_view text) { Append(out_, Cat(Style(kBold), text, Style(kPlain), "\n")); }

  std::string Meaning(Fate fate) const {
    switch (fate) {
      case Fate::kCounted:
        return "";
      case Fate::kLate:
        return Cat("before the newest event by more than ", Ttl());
      case Fate::kFuture:
        return Cat("ahead of the clock by more than ", FromAbsl(absl::FormatDuration(config_.event.ahead_max)));
      case Fate::kUnparsable:
        return config_.event.format == EventFormat::kJson ? "no JSON object, or no valid time"
                                                          : "does not match the pattern, or no valid time";
      case Fate::kMissingField:
        return "lacks a field that a metric needs";
      case Fate::kFiltered:
        return "no metric's `where` matches";
    }
    return "";
  }

  std::string Ttl() const { return absl::FormatDuration(config_.retention.ttl); }

  void WriteFates() {
    const uint64_t records = result_.records();
    Heading(Cat(Left("RECORDS", kFateWidth), Right(Cat(records), kRecordsWidth)));
    for (Fate fate : kOrder) {
      const uint64_t n = result_.fate(fate);
      std::string_view style = n == 0 ? "" : fate == Fate::kCounted ? kGreen : fate == Fate::kFiltered ? "" : kRed;
      std::string line = Cat(Left(Name(fate), kFateWidth), Right(Cat(n), kRecordsWidth), Right(Percent(n, records), 9));
      if (n > 0 && fate != Fate::kCounted) Append(line, Cat("  ", Meaning(fate)));
      Append(out_, Cat(style.empty() ? "" : Style(style), Cut(line, kWidth), style.empty() ? "" : Style(kPlain), "\n"));
    }
  }

  void WriteSeries() {
    if (!result_.oldest) return;
    Append(out_,
           Cat("\nMinutes ", FormatMinute(*result_.oldest), " to ", FormatMinute(*result_.newest), ", in UTC.\n"));
    if (config_.retention.clock == ClockKind::kWall && result_.newest->end() + config_.retention.ttl <= options_.now) {
      Append(out_, Cat("They are older than ", Ttl(), ": a node counts them with retention.clock = \"event\" only.\n"));
    }
    Append(out_, "\n");
    Heading(Cat(Left("SERIES", kNameWidth), Right("COUNT", kCountWidth)));
    const size_t shown = std::min(result_.series.size(), options_.series_max);
    for (size_t i = 0; i < shown; ++i) {
      const auto& [name, count] = result_.series[i];
      WriteRow(name, FormatCount(count, DecimalsOf(name)));
    }
    if (shown == result_.series.size()) return;
    uint32_t decimals = 0;  // the largest, as those of RANGE over several metrics
    for (size_t i = shown; i < result_.series.size(); ++i) {
      decimals = std::max(decimals, DecimalsOf(result_.series[i].first));
    }
    uint64_t rest = 0;
    for (size_t i = shown; i < result_.series.size(); ++i) {
      const auto& [name, count] = result_.series[i];
      rest = AddCounts(rest, MultiplyCount(count, kPowersOfTen[decimals - DecimalsOf(name)]));
    }
    WriteRow(Cat("(", result_.series.size() - shown, " more series)"), FormatCount(rest, decimals));
  }

  uint32_t DecimalsOf(std::string_view series) const {
    for (const MetricSpec& metric : config_.metrics) {
      if (metric.name == series.substr(0, series.find(':'))) return metric.decimals;
    }
    return 0;
  }

  void WriteRow(std::string_view name, std::string_view count) {
    Append(out_, Cat(Left(Cut(name, kNameWidth), kNameWidth), Right(count, kCountWidth), "\n"));
  }

  void WriteSamples(Fate fate) {
    const auto& samples = result_.samples[static_cast<size_t>(fate)];
    if (samples.empty()) return;
    Append(out_, "\n");
    Heading(Cat("The first records that are ", Name(fate)));
    for (const TrialResult::Sample& sample : samples) {
      Append(out_, Cut(Cat("line ", sample.line, ": ", Escaped(sample.text)), kWidth));
      Append(out_, "\n");
      WriteWords(sample.why);
    }
  }

  // Indented, in as many lines as it needs.
  void WriteWords(std::string_view text) {
    constexpr size_t kIndent = 2;
    while (!text.empty()) {
      size_t end = std::min(text.size(), kWidth - kIndent);
      if (end < text.size() && text.rfind(' ', end) != text.npos) end = text.rfind(' ', end);
      Append(out_, Cat(std::string(kIndent, ' '), text.substr(0, end), "\n"));
      text.remove_prefix(end);
      if (text.starts_with(' ')) text.remove_prefix(1);
    }
  }

  const TrialResult& result_;
  const Config& config_;
  const TrialReportOptions& options_;
  std::string out_;
};

}  // namespace

std::string TrialReport(const TrialResult& result, const Config& config, const TrialReportOptions& options) {
  return Report(result, config, options).Write();
}

}  // namespace tally

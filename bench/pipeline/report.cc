#include "bench/pipeline/report.h"

#include <cmath>
#include <cstdio>
#include <map>
#include <utility>

#include "core/base/strings.h"

namespace tally {
namespace {

std::string Number(double figure, int decimals) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", decimals, figure);
  return text;
}

// Returns the number of decimals that is useful for a figure of this size.
int DecimalsFor(double figure) {
  if (figure == 0 || figure >= 100) return 0;
  if (figure >= 10) return 1;
  return figure >= 0.1 ? 2 : 3;
}

// Formats a bar without trailing zeros: 1.3, 0.25, 77.
std::string Plain(double figure) {
  char text[64];
  std::snprintf(text, sizeof text, "%g", figure);
  return text;
}

bool Meets(const Bar& bar, double limit, double figure) {
  return bar.want == Want::kAtLeast ? figure >= limit : figure <= limit;
}

const char* Verdict(const Bar& bar, double figure) {
  if (Meets(bar, bar.beyond, figure)) return "beyond";
  return Meets(bar, bar.bar, figure) ? "held" : "missed";
}

std::string Row(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += Cat(" ", cell, " |");
  return row + "\n";
}

std::string Head(const std::vector<std::string>& cells) {
  std::string rule = "|";
  for (size_t i = 0; i < cells.size(); ++i) rule += "---|";
  return Row(cells) + rule + "\n";
}

}  // namespace

void Report::Add(ReportTable table) { tables_.push_back(std::move(table)); }

void Report::Judge(Bar bar, Spread measured) { bars_.push_back({std::move(bar), measured}); }

std::string Report::Bars() const {
  std::string text = Head({"what", "bar", "beyond", "this run", "verdict"});
  std::map<std::string, std::string> missed;  // from a reason to the bars that were missed for it
  for (const auto& [bar, measured] : bars_) {
    const char* sign = bar.want == Want::kAtLeast ? ">= " : "<= ";
    const std::string figures = Text(measured, DecimalsFor(measured.median)) + bar.unit;
    const char* verdict = Verdict(bar, measured.median);
    text += Row({bar.what, sign + Plain(bar.bar) + bar.unit, sign + Plain(bar.beyond) + bar.unit, figures, verdict});
    if (!Meets(bar, bar.bar, measured.median)) {
      std::string& bars = missed[bar.why];
      bars += Cat(bars.empty() ? "" : "; ", bar.what);
    }
  }
  for (const auto& [why, bars] : missed) text += Cat("\nMissed: ", bars, ".", why.empty() ? "" : " ", why, "\n");
  return text;
}

std::string Report::Markdown() const {
  std::string text;
  if (!bars_.empty()) text += Cat("## Bars\n", Bars(), "\n");
  for (const ReportTable& table : tables_) {
    text += Cat("## ", table.title, "\n", table.text, table.text.empty() ? "" : "\n\n", Head(table.head));
    for (const std::vector<std::string>& row : table.rows) text += Row(row);
    text += "\n";
  }
  return text;
}

std::string Text(const Spread& spread, int decimals) {
  return Cat(Number(spread.median, decimals), " (", Number(spread.min, decimals), "-", Number(spread.max, decimals),
             ")");
}

std::string Text(uint64_t number) {
  const std::string digits = Cat(number);
  std::string text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace tally

// The results of a run as Markdown: tables, and bars with the measured figures.
//
//   Report report;
//   report.Add({.title = "Ingest", .head = {"who", "million events/s"}, .rows = {{"R1", Text(rate, 2)}}});
//   report.Judge({.what = "ingest / R1", .want = Want::kAtLeast, .bar = 1.3, .beyond = 1.8, .unit = " x"}, ratios);
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bench/pipeline/measure.h"

namespace tally {

struct ReportTable {
  std::string title;
  std::string text = {};  // one paragraph that describes the measurement
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows = {};
};

enum class Want { kAtLeast, kAtMost };

// A target for a figure.
struct Bar {
  std::string what;
  Want want = Want::kAtLeast;
  double bar = 0;
  double beyond = 0;      // a much better figure than the bar
  std::string unit = {};  // after each figure: " x", " bytes", " ms"
  std::string why = {};   // the reason according to a profile; shown only if the bar is missed
};

class Report {
 public:
  void Add(ReportTable table);
  // Compares the median with the bar.
  void Judge(Bar bar, Spread measured);

  // Returns the bars, the reasons for missed bars, then the tables.
  std::string Markdown() const;

 private:
  struct Judged {
    Bar bar;
    Spread measured;
  };
  std::string Bars() const;

  std::vector<Judged> bars_;
  std::vector<ReportTable> tables_;
};

// Returns the median and the spread, such as "2.06 (1.60-2.16)".
std::string Text(const Spread& spread, int decimals);

// Returns the number with separators, such as "10,000,000".
std::string Text(uint64_t number);

}  // namespace tally

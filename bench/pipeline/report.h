// What a run found: tables, and bars with what was measured beside them. Written as Markdown.
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
  std::string text = {};  // what was done, one paragraph
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows = {};
};

enum class Want { kAtLeast, kAtMost };

// What we hold ourselves to.
struct Bar {
  std::string what;
  Want want = Want::kAtLeast;
  double bar = 0;
  double beyond = 0;      // what would surprise us
  std::string unit = {};  // behind each figure: " x", " bytes", " ms"
  std::string why = {};   // what a profile said, for one that was missed; shown only where it is
};

class Report {
 public:
  void Add(ReportTable table);
  // The median is what counts.
  void Judge(Bar bar, Spread measured);

  // The bars, what there is to say of those that were missed, then the tables.
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

// "2.06 (1.60-2.16)", the median and its spread.
std::string Text(const Spread& spread, int decimals);

// "10,000,000"
std::string Text(uint64_t number);

}  // namespace tally

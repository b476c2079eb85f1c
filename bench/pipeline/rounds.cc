#include "bench/pipeline/rounds.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
absl::StatusOr<Rounds> RunInTurns(const Bench& bench, const std::vector<Contender>& peers) {
  Rounds rounds(peers.size());
  for (size_t round = 0; round < static_cast<size_t>(bench.options().rounds); ++round) {
    for (size_t turn = 0; turn < peers.size(); ++turn) {
      const size_t i = (round + turn) % peers.size();
      absl::StatusOr<Measured> measured = peers[i].run();
      RETURN_IF_ERROR(Annotate(measured.status(), peers[i].name));
      rounds[i].push_back(*measured);
      char line[200];
      std::snprintf(line, sizeof line, "round %zu: %s: %.2f million events/s, %.2f us CPU an event", round + 1,
                    peers[i].name.c_str(), measured->events_per_second / 1e6, measured->cpu_us_per_event);
      bench.PrintProgress(line);
    }
  }
  return rounds;
}

Spread SpreadOf(const std::vector<Measured>& rounds, double Measured::*figure, double unit) {
  std::vector<double> figures;
  for (const Measured& round : rounds) figures.push_back(round.*figure / unit);
  return SpreadOf(std::move(figures));
}

Spread Ratio(const std::vector<Measured>& a, const std::vector<Measured>& b, double Measured::*figure) {
  TALLY_CHECK(a.size() == b.size());
  std::vector<double> ratios;
  for (size_t i = 0; i < a.size(); ++i) ratios.push_back(a[i].*figure / (b[i].*figure));
  return SpreadOf(std::move(ratios));
}

std::vector<Measured> BestOf(const std::vector<Measured>& a, const std::vector<Measured>& b) {
  TALLY_CHECK(a.size() == b.size());
  std::vector<Measured> better;
  for (size_t i = 0; i < a.size(); ++i) {
    better.push_back({.events_per_second = std::max(a[i].events_per_second, b[i].events_per_second),
                      .cpu_us_per_event = std::min(a[i].cpu_us_per_event, b[i].cpu_us_per_event)});
  }
  return better;
}

std::vector<std::string> FiguresRow(const std::string& name, const std::vector<Measured>& rounds) {
  std::string cpu = Text(SpreadOf(rounds, &Measured::cpu_us_per_event), 2);
  const auto add = [&](double Measured::*figure, std::string_view where) {
    const Spread part = SpreadOf(rounds, figure);
    if (part.max > 0) cpu += Cat(", ", Text(part, 2), " in ", where);
  };
  add(&Measured::client_cpu_us_per_event, "librdkafka's threads");
  add(&Measured::server_cpu_us_per_event, "the server");
  return {name, Text(SpreadOf(rounds, &Measured::events_per_second, 1e6), 2), cpu};
}

}  // namespace tally

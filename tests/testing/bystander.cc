#include "tests/testing/bystander.h"

#include <algorithm>
#include <cstdio>

#include "absl/time/clock.h"

namespace tally {
namespace {

constexpr auto kPause = std::chrono::milliseconds(1);  // else it would be a flood itself

}  // namespace

Bystander::Bystander(uint16_t port)
    : client_(port, /*receive_bytes=*/0, kPatienceSeconds), thread_([this] { Run(); }) {}

// A GET may be answered with an error, as long as nothing was counted.
void Bystander::Run() {
  while (!stopping_ && answered_) {
    const absl::Time asked = absl::Now();
    answered_ = client_.Send("GET stats:mw:login\nPING\n") && client_.ReadUntil("PONG\nEND\n").ends_with("PONG\nEND\n");
    took_.push_back(absl::Now() - asked);
    std::this_thread::sleep_for(kPause);
  }
}

std::string Bystander::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  if (took_.empty()) return "nothing asked";
  std::sort(took_.begin(), took_.end());
  char text[100];
  std::snprintf(text, sizeof text, "p99 %.1f ms, longest %.1f ms of %zu asked",
                absl::ToDoubleMilliseconds(took_[took_.size() * 99 / 100]), absl::ToDoubleMilliseconds(took_.back()),
                took_.size());
  return text;
}

}  // namespace tally

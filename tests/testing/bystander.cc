#include "tests/testing/bystander.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "absl/time/clock.h"

namespace tally {
namespace {

constexpr auto kPause = std::chrono::milliseconds(1);  // between requests, so that this client causes little load

}  // namespace

Bystander::Bystander(uint16_t port, Request request)
    : request_(std::move(request)), client_(port, /*receive_bytes=*/0, kTimeoutSeconds), thread_([this] { Run(); }) {}

// The reply to GET can be an error while nothing has been counted.
void Bystander::Run() {
  while (!stopping_ && answered_) {
    const absl::Time asked = absl::Now();
    answered_ = client_.Send(request_.text) && client_.ReadUntil(request_.reply_end).ends_with(request_.reply_end);
    took_.push_back(absl::Now() - asked);
    std::this_thread::sleep_for(kPause);
  }
}

std::string Bystander::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  if (took_.empty()) return "no request sent";
  std::sort(took_.begin(), took_.end());
  char text[100];
  std::snprintf(text, sizeof text, "p99 %.1f ms, longest %.1f ms, %zu requests", absl::ToDoubleMilliseconds(p99()),
                absl::ToDoubleMilliseconds(longest()), took_.size());
  return text;
}

}  // namespace tally

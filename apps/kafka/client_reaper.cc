#include "apps/kafka/client_reaper.h"

#include <librdkafka/rdkafka.h>

#include <latch>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "apps/kafka/client_log.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// librdkafka aborts the process if it gets no thread for a client. A client needs this many before it knows the
// brokers.
constexpr int kThreadsOfAClient = 6;

// Throws if the system does not allow this many threads.
void TryThreads() {
  std::latch end(1);
  std::vector<std::jthread> threads;
  const absl::Cleanup ended = [&] { end.count_down(); };
  for (int i = 0; i < kThreadsOfAClient; ++i) threads.emplace_back([&] { end.wait(); });
}

}  // namespace

ClientReaper& ClientReaper::Get() {
  static auto* const reaper = new ClientReaper();
  return *reaper;
}

absl::Status ClientReaper::Admit() {
  std::lock_guard<std::mutex> lock(mutex_);
  if (overdue_ >= kOverdueMax) {
    return absl::UnavailableError(
        Cat(overdue_, " unused Kafka clients do not end, so no other client is created; restart the node"));
  }
  try {
    TryThreads();
    if (idle_ <= waiting_.size() + living_) {
      std::thread([this] { Run(); }).detach();
      ++idle_;
    }
    ++living_;
    return absl::OkStatus();
  } catch (const std::system_error& error) {
    return absl::UnavailableError(Cat("no threads for a Kafka client: ", std::string_view(error.what())));
  }
}

void ClientReaper::Cancel() {
  std::lock_guard<std::mutex> lock(mutex_);
  --living_;
}

void ClientReaper::End(rd_kafka_s* client, std::shared_ptr<void> used, absl::Duration patience) {
  const auto ending = std::make_shared<Ending>(Ending{client, std::move(used)});
  std::unique_lock<std::mutex> lock(mutex_);
  --living_;
  waiting_.push_back(ending);
  changed_.notify_all();
  if (changed_.wait_for(lock, absl::ToChronoMilliseconds(patience), [&] { return ending->ended; })) return;
  ending->overdue = true;
  ++overdue_;
  lock.unlock();
  if (patience > absl::ZeroDuration()) {
    LogKafka(kSyslogWarning, "END", "an unused client has not ended yet");
  }
}

size_t ClientReaper::overdue() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return overdue_;
}

void ClientReaper::Run() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return !waiting_.empty(); });
    const std::shared_ptr<Ending> ending = std::move(waiting_.front());
    waiting_.pop_front();
    --idle_;
    lock.unlock();
    // Does not call rd_kafka_consumer_close(): our clients are not members of a group, and closing can hang while a
    // broker is away.
    rd_kafka_destroy_flags(ending->client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    ending->used.reset();
    lock.lock();
    ++idle_;
    ending->ended = true;
    if (ending->overdue) --overdue_;
    changed_.notify_all();
  }
}

}  // namespace tally

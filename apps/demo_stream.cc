#include "apps/demo_stream.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>

#include "apps/kafka/client_config.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(20);
constexpr absl::Duration kCatchUpMax = absl::Milliseconds(200);  // events that were due earlier are skipped

}  // namespace

absl::StatusOr<std::unique_ptr<DemoStream>> DemoStream::Start(const Options& options, const Clock& clock) {
  if (options.rate > kRateMax) return InvalidArgument("rate: expected at most ", kRateMax, ", got ", options.rate);
  TALLY_CHECK(options.partitions > 0);
  ASSIGN_OR_RETURN(ClientHandle client, NewProducer({{"bootstrap.servers", options.brokers},
                                                     {"client.id", "tallyd-demo"},
                                                     {"linger.ms", "20"},
                                                     {"message.timeout.ms", "10000"},
                                                     {"queue.buffering.max.messages", "100000"}}));
  return std::unique_ptr<DemoStream>(new DemoStream(std::move(client), options, clock));
}

DemoStream::DemoStream(ClientHandle client, const Options& options, const Clock& clock)
    : options_(options), clock_(clock), client_(std::move(client)), events_(options.seed) {
  thread_ = std::thread([this, began = clock.Monotonic()] { Run(began); });
}

DemoStream::~DemoStream() {
  stop_.release();
  thread_.join();
  rd_kafka_purge(client_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
}

void DemoStream::Run(absl::Duration last) {
  double due = 0;  // events, with the fraction that remains from the previous tick
  while (!stop_.try_acquire_for(absl::ToChronoMilliseconds(kTick))) {
    const absl::Duration now = clock_.Monotonic();
    due += absl::ToDoubleSeconds(std::clamp(now - last, absl::ZeroDuration(), kCatchUpMax)) * options_.rate;
    last = now;
    const auto count = static_cast<uint64_t>(due);
    due -= static_cast<double>(count);
    Produce(count);
    rd_kafka_poll(client_.get(), 0);
  }
}

void DemoStream::Produce(uint64_t count) {
  const Timestamp now = clock_.Now();
  for (uint64_t i = 0; i < count; ++i) {
    const DemoEvents::Event event = events_.Next(now);
    const std::string topic(event.game);
    const auto partition = static_cast<int32_t>(event.user % static_cast<uint32_t>(options_.partitions));
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        client_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(const_cast<char*>(event.payload.data()), event.payload.size()), RD_KAFKA_V_END);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return;  // the broker is unavailable or slow: skip the rest of the tick
    produced_.fetch_add(1, std::memory_order_relaxed);
  }
}

}  // namespace tally

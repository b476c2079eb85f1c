#include "bench/pipeline/touch.h"

#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "absl/strings/numbers.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

void Set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  char error[256];
  TALLY_CHECK(rd_kafka_conf_set(conf, name, value.c_str(), error, sizeof error) == RD_KAFKA_CONF_OK);
}

rd_kafka_t* Connect(const std::string& brokers, const std::vector<std::string>& topics, int partitions) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  Set(conf, "bootstrap.servers", brokers);
  Set(conf, "group.id", "touch");
  Set(conf, "enable.auto.commit", "false");
  Set(conf, "check.crcs", "true");
  char error[256];
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  TALLY_CHECK(client != nullptr);
  rd_kafka_topic_partition_list_t* list =
      rd_kafka_topic_partition_list_new(static_cast<int>(topics.size()) * partitions);
  for (const std::string& topic : topics) {
    for (int32_t i = 0; i < partitions; ++i) rd_kafka_topic_partition_list_add(list, topic.c_str(), i)->offset = 0;
  }
  rd_kafka_assign(client, list);
  rd_kafka_topic_partition_list_destroy(list);
  return client;
}

}  // namespace

int TouchMain(const std::string& brokers, const std::vector<std::string>& topics, int partitions, uint64_t events) {
  constexpr size_t kBatch = 1000;
  rd_kafka_t* client = Connect(brokers, topics, partitions);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client);
  std::vector<rd_kafka_message_t*> batch(kBatch);
  std::chrono::steady_clock::time_point first;
  uint64_t read = 0;
  uint64_t sum = 0;
  while (read < events) {
    ssize_t n = rd_kafka_consume_batch_queue(queue, 1000, batch.data(), kBatch);
    for (ssize_t i = 0; i < n; ++i) {
      if (batch[i]->err == 0) {
        if (read++ == 0) first = std::chrono::steady_clock::now();
        sum += static_cast<const uint8_t*>(batch[i]->payload)[batch[i]->len / 2];
      }
      rd_kafka_message_destroy(batch[i]);
    }
  }
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - first).count();
  std::printf("%f %f %llu\n", static_cast<double>(read) / seconds,
              CpuSeconds(::getpid()) * 1e6 / static_cast<double>(read), static_cast<unsigned long long>(sum));
  std::fflush(stdout);
  std::_Exit(0);
}

absl::StatusOr<Measured> MeasureTouch(const std::string& brokers, const std::vector<std::string>& topics,
                                      int partitions, uint64_t events) {
  std::vector<std::string> argv = {"/proc/self/exe", "touch", brokers, Cat(partitions), Cat(events)};
  argv.insert(argv.end(), topics.begin(), topics.end());
  ASSIGN_OR_RETURN(Finished run, RunToEnd(argv, absl::Minutes(5)));
  Measured measured;
  if (run.status != 0 ||
      std::sscanf(run.out.c_str(), "%lf %lf", &measured.events_per_second, &measured.cpu_us_per_event) != 2) {
    return absl::UnknownError(run.err);
  }
  return measured;
}

}  // namespace tally

#include "bench/pipeline/plain_consumer.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "tests/testing/proc.h"
#include "tests/testing/subprocess.h"

namespace tally {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

constexpr size_t kBatch = 1000;
constexpr int kPollMs = 10;
constexpr absl::Duration kTimeout = absl::Minutes(5);

SteadyTime Now() { return std::chrono::steady_clock::now(); }

void Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  char error[256];
  TALLY_CHECK(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error, sizeof error) == RD_KAFKA_CONF_OK);
}

void Assign(rd_kafka_t* client, const ConsumerJob& job, int which) {
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(16);
  int number = 0;
  for (const std::string& topic : job.log.topics) {
    for (int32_t partition = 0; partition < job.log.partitions; ++partition) {
      if (number++ % job.clients != which) continue;
      rd_kafka_topic_partition_list_add(list, topic.c_str(), partition)->offset = 0;
    }
  }
  TALLY_CHECK(rd_kafka_assign(client, list) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_topic_partition_list_destroy(list);
}

rd_kafka_t* Connect(const ConsumerJob& job, int which) {
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  Set(conf, "bootstrap.servers", job.log.brokers);
  Set(conf, "group.id", "plain");
  Set(conf, "enable.auto.commit", "false");
  Set(conf, "check.crcs", "true");
  for (const std::string& property : job.properties) {
    const size_t equals = property.find('=');
    TALLY_CHECK(equals != std::string::npos);
    Set(conf, property.substr(0, equals), property.substr(equals + 1));
  }
  char error[256];
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  TALLY_CHECK(client != nullptr);
  Assign(client, job, which);
  return client;
}

// librdkafka's batch call waits until the batch is full or the time is over. So this function first takes the available
// messages without waiting, and waits for one message only if there are none.
size_t Poll(rd_kafka_queue_t* queue, std::vector<rd_kafka_message_t*>& batch) {
  ssize_t n = rd_kafka_consume_batch_queue(queue, 0, batch.data(), batch.size());
  if (n <= 0) n = rd_kafka_consume_batch_queue(queue, kPollMs, batch.data(), 1);
  return static_cast<size_t>(std::max<ssize_t>(n, 0));
}

struct Share {
  SteadyTime first = SteadyTime::max();
  SteadyTime last = SteadyTime::min();
};

// Runs one client until all clients together have read enough.
Share ConsumeShare(const ConsumerJob& job, int which, MessageHandler& handler, std::atomic<uint64_t>& read) {
  rd_kafka_t* client = Connect(job, which);
  rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(client);
  std::vector<rd_kafka_message_t*> batch(kBatch);
  Share share;
  while (read < job.events) {
    const size_t n = Poll(queue, batch);
    if (n == 0) {
      if (handler.Flush()) share.last = Now();
      continue;
    }
    if (share.first == SteadyTime::max()) share.first = Now();
    for (size_t i = 0; i < n; ++i) TALLY_CHECK(batch[i]->err == RD_KAFKA_RESP_ERR_NO_ERROR);
    handler.Handle({batch.data(), n});
    for (size_t i = 0; i < n; ++i) rd_kafka_message_destroy(batch[i]);
    share.last = Now();
    read += n;
  }
  if (handler.Flush()) share.last = Now();
  return share;
}

}  // namespace

std::vector<std::string> ConsumerJob::Words() const {
  std::vector<std::string> words = {log.brokers,  Cat(log.partitions), Cat(events),
                                    Cat(clients), destination,         Cat(log.topics.size())};
  words.insert(words.end(), log.topics.begin(), log.topics.end());
  words.insert(words.end(), properties.begin(), properties.end());
  return words;
}

ConsumerJob ConsumerJob::Parse(const std::vector<std::string>& words) {
  TALLY_CHECK(words.size() > 6);
  ConsumerJob job;
  job.log.brokers = words[0];
  job.log.partitions = std::atoi(words[1].c_str());
  job.events = std::strtoull(words[2].c_str(), nullptr, 10);
  job.clients = std::atoi(words[3].c_str());
  job.destination = words[4];
  const auto topics = words.begin() + 6;
  const auto properties = topics + std::atoi(words[5].c_str());
  job.log.topics.assign(topics, properties);
  job.properties.assign(properties, words.end());
  return job;
}

Consumed Consume(const ConsumerJob& job,
                 const std::function<std::unique_ptr<MessageHandler>(int client)>& make_handler) {
  std::atomic<uint64_t> read = 0;
  std::vector<Share> shares(static_cast<size_t>(job.clients));
  std::vector<std::thread> threads;
  for (int i = 0; i < job.clients; ++i) {
    threads.emplace_back([&, i] {
      std::unique_ptr<MessageHandler> handler = make_handler(i);
      shares[static_cast<size_t>(i)] = ConsumeShare(job, i, *handler, read);
    });
  }
  for (std::thread& thread : threads) thread.join();
  Share all;
  for (const Share& share : shares) {
    all.first = std::min(all.first, share.first);
    all.last = std::max(all.last, share.last);
  }
  return {read, std::chrono::duration<double>(all.last - all.first).count()};
}

void Finish(const Consumed& consumed) {
  const absl::Duration cpu = CpuTimeOf(::getpid());
  const absl::Duration client_cpu = ThreadsOf(::getpid(), kClientThreads).cpu;
  std::printf("%llu %f %f %f\n", static_cast<unsigned long long>(consumed.events), consumed.seconds,
              absl::ToDoubleSeconds(cpu), absl::ToDoubleSeconds(client_cpu));
  std::fflush(stdout);
  std::_Exit(0);
}

absl::StatusOr<ConsumerRun> MeasureConsumer(const std::string& command, const ConsumerJob& job) {
  std::vector<std::string> argv = job.Words();
  argv.insert(argv.begin(), {"/proc/self/exe", command});
  ASSIGN_OR_RETURN(Finished run, RunToEnd(argv, kTimeout));
  unsigned long long events = 0;
  double seconds = 0, cpu_s = 0, client_cpu_s = 0;
  if (run.status != 0 ||
      std::sscanf(run.out.c_str(), "%llu %lf %lf %lf", &events, &seconds, &cpu_s, &client_cpu_s) != 4) {
    return absl::UnknownError(Cat("exit ", run.status, ": ", run.err));
  }
  if (events < job.events) return absl::DataLossError(Cat("read ", events, " of ", job.events, " events"));
  const auto n = static_cast<double>(events);
  return ConsumerRun{{.events_per_second = n / seconds,
                      .cpu_us_per_event = cpu_s * 1e6 / n,
                      .client_cpu_us_per_event = client_cpu_s * 1e6 / n},
                     events};
}

}  // namespace tally

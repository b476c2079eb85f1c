#include "tests/testing/kafka_broker.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <random>

#include "absl/strings/escaping.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// Another process can take a port before the broker binds it. The start is then repeated with other ports.
constexpr int kStartsMax = 3;
constexpr absl::Duration kFormatTimeout = absl::Seconds(60);

// These ports are below the kernel's ephemeral ports, which outgoing connections use.
constexpr int kPortMin = 20'000;
constexpr int kPortMax = 29'999;

constexpr int kController = 1;  // the number of the broker that is also the controller

std::mt19937_64& Random() {
  static std::mt19937_64 random{std::random_device{}()};
  return random;
}

bool IsFree(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  TALLY_CHECK(fd >= 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return bound;
}

int FreePort(std::initializer_list<int> other_than) {
  std::uniform_int_distribution<int> any(kPortMin, kPortMax);
  int port = any(Random());
  while (std::find(other_than.begin(), other_than.end(), port) != other_than.end() || !IsFree(port)) {
    port = any(Random());
  }
  return port;
}

// Returns an id in the format of `StorageTool random-uuid`. The first bit is 0, because an id that begins with '-'
// would be parsed as an option.
std::string NewClusterId() {
  std::string bytes(16, '\0');
  for (char& byte : bytes) byte = static_cast<char>(Random()());
  bytes[0] = static_cast<char>(bytes[0] & 0x7f);
  return absl::WebSafeBase64Escape(bytes);
}

// Returns a java command line with the broker's jars on the class path.
std::vector<std::string> Java(KafkaBroker::Jvm jvm, std::vector<std::string> arguments) {
  std::vector<std::string> command = {"java",
                                      "-Xmx1g",
                                      "-XX:-UsePerfData",
                                      "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                                      "-cp",
                                      std::string(KAFKA_JARS) + "/*"};
  if (jvm == KafkaBroker::Jvm::kQuickStart) {
    command.insert(command.begin() + 1, {"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"});
  }
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaBroker>> KafkaBroker::Start(Jvm jvm, Configs configs) {
  return Start(jvm, nullptr, configs);
}

absl::StatusOr<std::unique_ptr<KafkaBroker>> KafkaBroker::Join(const KafkaBroker& first) {
  return Start(first.jvm_, &first, first.configs_);
}

absl::StatusOr<std::unique_ptr<KafkaBroker>> KafkaBroker::Start(Jvm jvm, const KafkaBroker* first,
                                                                const Configs& configs) {
  if (!std::filesystem::is_directory(KAFKA_JARS)) {
    return absl::FailedPreconditionError("no Kafka in " KAFKA_JARS ": run tools/setup test");
  }
  absl::Status status;
  for (int i = 0; i < kStartsMax; ++i) {
    std::unique_ptr<KafkaBroker> broker(
        new KafkaBroker(jvm, first != nullptr ? kController + 1 : kController, configs));
    broker->port_ = FreePort({});
    broker->internal_port_ = FreePort({broker->port_});
    broker->controller_port_ =
        first != nullptr ? first->controller_port_ : FreePort({broker->port_, broker->internal_port_});
    broker->lost_port_ = FreePort({broker->port_, broker->internal_port_, broker->controller_port_});
    broker->lost_bootstrap_ = Cat("127.0.0.1:", broker->lost_port_);
    broker->replication_ = std::make_unique<TcpProxy>(Cat("127.0.0.1:", broker->internal_port_));
    broker->bootstrap_ = Cat("127.0.0.1:", broker->port_);
    broker->cluster_id_ = first != nullptr ? first->cluster_id_ : NewClusterId();
    RETURN_IF_ERROR(broker->WriteProperties());
    RETURN_IF_ERROR(broker->Format());
    status = broker->Launch();
    if (status.ok()) return broker;
  }
  return status;
}

KafkaBroker::~KafkaBroker() = default;  // destroys the client, then the process, then its directory

absl::Status KafkaBroker::WriteProperties() {
  const bool controls = id_ == kController;
  std::ofstream file(dir_ / "server.properties");
  file << Cat("process.roles=", controls ? "broker,controller" : "broker", "\n");
  file << Cat("node.id=", id_, "\n");
  file << Cat("controller.quorum.voters=", kController, "@127.0.0.1:", controller_port_, "\n");
  file << Cat("listeners=PLAINTEXT://", bootstrap_, ",LOST://", lost_bootstrap_,
              ",INTERNAL://127.0.0.1:", internal_port_);
  if (controls) file << Cat(",CONTROLLER://127.0.0.1:", controller_port_);
  file << Cat("\nadvertised.listeners=PLAINTEXT://", bootstrap_, ",LOST://", kNowhere, ",INTERNAL://",
              replication_->bootstrap(), "\n");
  for (const auto& [name, value] : configs_) file << Cat(name, "=", value, "\n");
  file << "controller.listener.names=CONTROLLER\n"
          "inter.broker.listener.name=INTERNAL\n"
          "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,LOST:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT\n"
          "log.dirs="
       << dir_ / "data"
       << "\n"
          "auto.create.topics.enable=false\n"
          "default.replication.factor=1\n"
          "min.insync.replicas=1\n"
          "offsets.topic.num.partitions=1\n"
          "offsets.topic.replication.factor=1\n"
          "transaction.state.log.num.partitions=1\n"
          "transaction.state.log.replication.factor=1\n"
          "transaction.state.log.min.isr=1\n"
          "share.coordinator.state.topic.num.partitions=1\n"
          "share.coordinator.state.topic.replication.factor=1\n"
          "share.coordinator.state.topic.min.isr=1\n"
          "group.initial.rebalance.delay.ms=0\n"
          // A killed broker can register again only after its old session has expired.
          "broker.session.timeout.ms=3000\n"
          "broker.heartbeat.interval.ms=500\n"
          // A follower that does not fetch leaves the ISR within seconds, and a preferred leader is elected again.
          "replica.lag.time.max.ms=2000\n"
          "leader.imbalance.check.interval.seconds=1\n"
          // Tests write records with timestamps in 2011 and in the far future.
          "log.retention.ms=-1\n"
          "log.message.timestamp.after.max.ms=9223372036854775807\n"
          // Compaction starts soon.
          "log.cleaner.backoff.ms=100\n"
          "log.cleaner.dedupe.buffer.size=4194304\n";
  file.close();
  return file ? absl::OkStatus() : absl::UnavailableError(Cat("cannot write ", dir_ / "server.properties"));
}

absl::Status KafkaBroker::Format() {
  const std::vector<std::string> command = Java(
      Jvm::kQuickStart, {"kafka.tools.StorageTool", "format", "-t", cluster_id_, "-c", dir_ / "server.properties"});
  ASSIGN_OR_RETURN(Finished format, RunToEnd(command, kFormatTimeout));
  if (format.status == 0) return absl::OkStatus();
  return absl::UnavailableError(Cat("StorageTool format: exit ", format.status, ": ", format.out, format.err));
}

absl::Status KafkaBroker::Launch() {
  Subprocess::Options options;
  options.output_dir = dir_.path();
  ASSIGN_OR_RETURN(process_, Subprocess::Start(Java(jvm_, {"kafka.Kafka", dir_ / "server.properties"}), options));
  return WaitUntilItAnswers();
}

KafkaBroker::Configs KafkaBroker::WithAcls() {
  return {{"authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer"},
          {"allow.everyone.if.no.acl.found", "true"}};
}

void KafkaBroker::Stop() {
  client_.reset();
  process_.reset();
}

absl::Status KafkaBroker::Restart() {
  Stop();
  return Launch();
}

void KafkaBroker::Freeze() { process_->Kill(SIGSTOP); }
void KafkaBroker::Thaw() { process_->Kill(SIGCONT); }

void KafkaBroker::HoldReplication() { replication_->Hold(); }
void KafkaBroker::ReleaseReplication() { replication_->Release(); }

uint64_t KafkaBroker::LogBytes(const std::string& topic) const {
  uint64_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(dir_ / "data")) {
    const bool of_topic = entry.path().parent_path().filename().string().starts_with(topic + "-");
    if (of_topic && entry.path().extension() == ".log") bytes += entry.file_size();
  }
  return bytes;
}

std::string KafkaBroker::UniqueTopic(std::string_view prefix) { return Cat(prefix, "-", ++topics_named_); }

KafkaBroker& SharedBroker() {
  static const std::unique_ptr<KafkaBroker> broker = [] {
    absl::StatusOr<std::unique_ptr<KafkaBroker>> started = KafkaBroker::Start();
    if (!started.ok()) {
      std::fprintf(stderr, "the tests' Kafka broker does not start: %s\n", started.status().ToString().c_str());
      std::_Exit(EXIT_FAILURE);
    }
    return *std::move(started);
  }();
  return *broker;
}

}  // namespace tally

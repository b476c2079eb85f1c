#include "apps/node/watch.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "apps/node/client_options.h"
#include "apps/node/start.h"
#include "core/base/crash_point.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/time/format.h"
#include "spdlog/spdlog.h"

namespace tally {
namespace {

// Says whose position it is: `tallyd NODE-ID SEQUENCE`.
constexpr std::string_view kOwner = "tallyd ";

struct Owner {
  std::string node;
  uint64_t sequence = 0;
};

std::optional<Owner> ParseOwner(std::string_view metadata) {
  if (!metadata.starts_with(kOwner)) return std::nullopt;
  metadata.remove_prefix(kOwner.size());
  size_t space = metadata.find(' ');
  Owner owner{std::string(metadata.substr(0, space)), 0};
  if (space == std::string_view::npos || !absl::SimpleAtoi(ToAbsl(metadata.substr(space + 1)), &owner.sequence)) {
    return std::nullopt;
  }
  return owner;
}

}  // namespace

Watch::Watch(const Config& config, Begin begin, std::vector<AcceptedGap> accepted, Counters& counters,
             Checkpointer& checkpointer, const CheckpointStore& store, std::vector<std::unique_ptr<Ingest>>& ingests,
             const TrustedClock& clock)
    : config_(config),
      begin_(begin),
      counters_(counters),
      checkpointer_(checkpointer),
      store_(store),
      loaded_sequence_(store.sequence()),
      ingests_(ingests),
      clock_(clock),
      guard_(std::move(accepted), counters,
             {.renew = [&ingests](size_t shard) { ingests[shard]->Renew(); },
              .save = [&checkpointer] { return checkpointer.RunAlways(); }},
             clock) {
  if (begin_ == Begin::kResumed) Resume();
}

Watch::~Watch() { Stop(); }

void Watch::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Watch::Stop() {
  stop_.Set();
  if (thread_.joinable()) thread_.join();
}

Watch::State Watch::state() const {
  MutexLock lock(mutex_);
  return state_;
}

void Watch::Run() {
  std::string last_error;
  absl::Duration wait = absl::ZeroDuration();
  while (stop_.WaitFor(wait)) {
    const absl::Duration began = clock_.Monotonic();
    absl::Status status = Look();
    const bool looked = status.ok();
    const absl::Duration took = clock_.Monotonic() - began;
    if (looked) status = GoOn();  // with the patience that was enough
    patience_.Learn(looked, took);
    wait = looked ? kEvery : kRetry;
    if (!status.ok() && last_error != FromAbsl(status.message())) spdlog::warn("{}", FromAbsl(status.message()));
    last_error = FromAbsl(status.message());
    MutexLock lock(mutex_);
    if (!state_.failure.ok()) return;
    if (looked && state_.begun) {
      state_.not_ready.clear();
    } else if (!state_.not_ready.empty()) {
      state_.not_ready = looked ? last_error : Cat("waiting for Kafka: ", last_error);
    }
  }
}

// What the brokers say, and what follows from it for what was counted.
absl::Status Watch::Look() {
  if (!log_) {
    ASSIGN_OR_RETURN(log_, LogWatch::Create(ClientOptionsOf(config_.kafka)));
  }
  waiting_.clear();
  for (const auto& ingest : ingests_) {
    if (ingest->waits_for_look()) waiting_.push_back(ingest.get());
  }
  ASSIGN_OR_RETURN(const LogBounds::Topics topics, log_->ListPartitions(config_.kafka.topics, patience_.timeout()));
  NoteWaiting(topics);
  guard_.NoteTopics(topics);
  guard_.NoteLeaders(log_->leaders());
  found_ = LogWatch::PlacesOf(topics);
  may_see_all_ = LogWatch::MaySeeAll(topics);
  cluster_ = log_->ClusterId(kClusterTimeout).value_or("");  // brokers of before 0.10.1 do not say it
  if (!group_checked_) RETURN_IF_ERROR(CheckGroup());
  if (!state().begun) RETURN_IF_ERROR(ResolveStarts());
  return guard_.Look(cluster_, *log_, patience_.timeout());  // before anything is read of a log that may be another
}

// What can be done after a look is done, whatever of it fails: the partitions of the checkpoint need not wait for one
// that is new and has no answer yet, or whose start cannot be saved.
absl::Status Watch::GoOn() {
  absl::Status problem = guard_.CarryOut();
  for (Ingest* ingest : waiting_) ingest->LookedAfter();
  problem.Update(ReadAdopted());
  problem.Update(ResolveStarts());
  problem.Update(ReadAdopted());
  if (InAnotherCluster()) return problem;
  // A service to lag tools, without which the node is well.
  absl::Status committed = CommitPositions();
  if (!committed.ok() && commits_well_) spdlog::warn("{}; trying again", FromAbsl(committed.message()));
  commits_well_ = committed.ok();
  return problem;
}

void Watch::NoteWaiting(const LogBounds::Topics& topics) {
  std::vector<std::string> waiting;
  for (const std::string& topic : config_.kafka.topics) {
    const auto found = topics.find(topic);
    if (found == topics.end() || !found->second) waiting.push_back(topic);
  }
  MutexLock lock(mutex_);
  for (const std::string& topic : waiting) {
    bool known =
        std::find(state_.waiting_topics.begin(), state_.waiting_topics.end(), topic) != state_.waiting_topics.end();
    if (!known) spdlog::info("topic {} does not exist yet, or may not be seen; waiting for it", topic);
  }
  state_.waiting_topics = std::move(waiting);
}

// The partitions of the checkpoint need no broker to say where they begin, but one to say that they are the same.
void Watch::Resume() {
  for (const TopicPartition& place : counters_.RestoredPartitions()) {
    const auto& topics = config_.kafka.topics;
    if (std::find(topics.begin(), topics.end(), place.topic) == topics.end()) continue;
    AdoptOne(place, *counters_.TakePartition(place));
  }
  starts_saved_ = true;
  MutexLock lock(mutex_);
  state_.begun = true;
}

// As long as what was counted is another cluster's, partitions that only this one has are none of ours.
bool Watch::InAnotherCluster() const {
  if (cluster_.empty()) return false;
  const std::vector<PartitionStatus> partitions = counters_.Partitions();
  return std::any_of(partitions.begin(), partitions.end(), [this](const PartitionStatus& partition) {
    return !partition.state.cluster.empty() && partition.state.cluster != cluster_;
  });
}

absl::Status Watch::ResolveStarts() {
  std::vector<TopicPartition> fresh;
  for (const TopicPartition& place : found_) {
    if (!adopted_.contains(place)) fresh.push_back(place);
  }
  if (begin_ == Begin::kRecount && adopted_.empty() && (fresh.empty() || !may_see_all_)) {  // it replaces all there is
    return absl::UnavailableError(fresh.empty() ? "there is no topic to count anew"
                                                : "not every topic that is to be counted anew may be seen");
  }
  if (fresh.empty() || InAnotherCluster()) return absl::OkStatus();
  // What appears later is read from its start: nothing of it was ever left out.
  if (state().begun || !unread_.empty()) {
    ASSIGN_OR_RETURN(LogWatch::Offsets beginnings, log_->Beginnings(fresh, patience_.timeout()));
    Adopt(beginnings);
    return absl::OkStatus();
  }
  if (clock_.in_doubt()) return absl::UnavailableError("where to begin depends on the clock, which is in doubt");
  ASSIGN_OR_RETURN(ResolvedStart start, ResolveStart(config_, fresh, clock_.Now(), *log_, patience_.timeout()));
  for (uint32_t i = 0; i < counters_.rules().metrics().size(); ++i) counters_.RaiseKnownFrom(i, start.known_from);
  Adopt(start.offsets);
  return absl::OkStatus();
}

// An empty directory where the group's positions tell of an earlier node is a volume that is missing. That a topic does
// not show may be part of the same mishap: its first partition is asked for all the same, and where the brokers refuse
// to say a first start waits until they do.
absl::Status Watch::CheckGroup() {
  std::vector<TopicPartition> places = found_;
  if (begin_ == Begin::kFirst) {
    for (const std::string& topic : state().waiting_topics) places.push_back({topic, 0});
  }
  auto positions = log_->Committed(places, patience_.timeout());
  // Only a first start depends on the answer; the others ask again.
  if (!positions.ok() && begin_ != Begin::kFirst) return absl::OkStatus();
  if (!positions.ok()) {
    return absl::UnavailableError(Cat(FromAbsl(positions.status().message()),
                                      "; a first start waits for the group's positions, serve --init does not"));
  }
  group_checked_ = true;
  for (const auto& [place, position] : *positions) {
    std::optional<Owner> owner = ParseOwner(position.metadata);
    if (!owner) continue;
    std::string who =
        Cat("group ", config_.kafka.group, " has positions of node ", owner->node, " at checkpoint ", owner->sequence);
    if (begin_ == Begin::kFirst) {
      MutexLock lock(mutex_);
      state_.failure = absl::FailedPreconditionError(Cat("data directory ", config_.checkpoint.dir, " is empty, but ",
                                                         who, ": is its volume missing? serve --init begins anew"));
      return state_.failure;
    }
    if (begin_ == Begin::kResumed && owner->node == store_.node() && owner->sequence > loaded_sequence_) {
      spdlog::error("{}, but the directory was at {}: it was rolled back, and is counted on from there", who,
                    loaded_sequence_);
      break;
    }
  }
  return absl::OkStatus();
}

void Watch::Adopt(const std::map<TopicPartition, int64_t>& starts) {
  starts_saved_ = false;
  for (const auto& [place, next] : starts) {
    spdlog::info("{}[{}] begins at offset {}", place.topic, place.partition, next);
    PartitionState state;
    state.next = next;
    state.cluster = cluster_;
    AdoptOne(place, state);
  }
}

void Watch::AdoptOne(const TopicPartition& place, const PartitionState& state) {
  std::vector<size_t> load(ingests_.size());
  for (const auto& [other, shard] : adopted_) ++load[shard];
  size_t shard = static_cast<size_t>(std::min_element(load.begin(), load.end()) - load.begin());
  counters_.shards()[shard]->AddPartition(place, state);
  adopted_[place] = shard;
  unread_[shard].insert(place);
}

// The resolved start is saved before the first record is applied.
absl::Status Watch::ReadAdopted() {
  bool begun = state().begun;
  if (begun && unread_.empty()) return absl::OkStatus();
  if (!starts_saved_) {
    RETURN_IF_ERROR(begin_ == Begin::kRecount && !begun ? checkpointer_.Replace() : checkpointer_.RunAlways());
    starts_saved_ = true;
  }
  CrashPoint("before assigning");
  for (auto& [shard, places] : unread_) ingests_[shard]->Read(places);
  unread_.clear();
  MutexLock lock(mutex_);
  state_.begun = true;
  return absl::OkStatus();
}

absl::Status Watch::CommitPositions() {
  absl::Duration now = clock_.Monotonic();
  uint64_t sequence = checkpointer_.progress().sequence;
  absl::Duration wait = sequence == committed_sequence_ ? kRecommitEvery : kCommitEvery;
  if (sequence == 0 || now - committed_at_ < wait) return absl::OkStatus();
  LogWatch::Offsets positions;
  for (const auto& [place, state] : checkpointer_.saved_positions()) {
    if (adopted_.contains(place)) positions[place] = state.next;
  }
  if (positions.empty()) return absl::OkStatus();
  CrashPoint("before positions are written");
  RETURN_IF_ERROR(log_->Commit(positions, Cat(kOwner, store_.node(), " ", sequence), kTimeout));
  if (committed_sequence_ == 0) spdlog::info("positions of group {} are written from now on", config_.kafka.group);
  committed_sequence_ = sequence;
  group_checked_ = true;  // they are ours now
  committed_at_ = now;
  return absl::OkStatus();
}

}  // namespace tally

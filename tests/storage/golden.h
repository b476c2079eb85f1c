// The golden directories: a small data directory written by each released format version, and its dump as JSON.
// storage/FORMAT.md describes how to make one.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "storage/checkpoint_store.h"
#include "storage/fingerprint.h"
#include "tests/storage/stored.h"
#include "tests/testing/counting_node.h"

namespace tally {

// Contains VERSION/, a data directory, and VERSION.json, its dump, for each version.
inline std::filesystem::path GoldenFolder() { return TALLY_SOURCE_DIR "/tests/storage/golden"; }

// A node with two partitions of "mw" that counts events in sessions on one directory. Each run writes the same rows,
// except for the generated identity. The directory has every kind of row, and every field of a row once with a value
// and, if it is optional, once without.
class GoldenNode {
 public:
  explicit GoldenNode(std::string directory) : directory_(std::move(directory)) {}

  // The metrics of the last session.
  static std::vector<MetricSpec> Metrics() { return {Stats(), Spent()}; }

  void Write() {
    Begin({Stats(), Spent(), {"calls", {{"call", "call"}}, "", {{"call", {"login"}}}}});
    node_->Tick("14:30");
    CountOneOfEachFate();
    Save();
    Begin(Metrics());  // without the metric `calls`
    node_->Tick("14:31");
    for (const char* call : {"login", "install"}) node_->Apply(EventAt("14:31", "mw", call));
    Save();
    node_->Tick("18:31");  // 14:30 expires; its series are retired two checkpoints later
    for (int i = 0; i < 3; ++i) Save();
    // A block in each encoding: all cells, a bitmap of cells, a list of cells.
    for (int i = 0; i < 260; ++i) node_->Apply(EventAt("18:30", "hh", Cat("c", i)));
    for (int i = 0; i < 100; ++i) node_->Apply(EventAt("18:29", "hh", Cat("c", i)));
    node_->Apply(EventAt("18:28", "hh", "c7"));
    node_->Apply(BuyAt("18:30", 1'099'511'627'776));
    Save();
  }

 private:
  static MetricSpec Stats() { return {"stats", {{"game", "game"}, {"call", "call"}}, "", {{"game", {"hh", "mw"}}}}; }
  static MetricSpec Spent() {
    return {"spent", {{"country", "/user/country"}}, "amount", {{"call", {"buy"}}, {"game", {"mw"}}}};
  }

  // Begins a session. RocksDB moves the rows of the previous session from the WAL into a table.
  void Begin(std::vector<MetricSpec> metrics) {
    store_.reset();
    store_ = OpenStore(directory_);
    auto contents = store_->Load();
    TALLY_CHECK(contents.ok());
    Saved saved = *contents ? std::move((*contents)->saved) : Saved();
    metrics_ = std::move(metrics);
    node_ = std::make_unique<CountingNode>(CountingOptions{.metrics = metrics_, .shards = 2}, std::move(saved));
    node_->counters().RaiseKnownFrom(1, MinuteAt("14:25"));
  }

  static std::string BuyAt(std::string_view time, uint64_t amount) {
    return Cat(R"({"time":)", TimeAt(time).millis(), R"(,"game":"mw","call":"buy","amount":)", amount,
               R"(,"user":{"country":"DE"}})");
  }

  void CountOneOfEachFate() {
    node_->Apply(EventAt("14:30", "mw", "login"));
    node_->Apply(EventAt("14:30:01", "mw", "a:b"));
    node_->Apply(BuyAt("14:30", 250));
    node_->Apply(EventAt("10:29", "mw", "login"));  // late
    node_->Apply(EventAt("14:41", "mw", "login"));  // future
    node_->Apply("broken");
    node_->Apply(R"({"game":"mw"})");                // missing_field
    node_->Apply(EventAt("14:30", "dd", "logout"));  // filtered
  }

  void Save() {
    Changes changes = node_->counters().Cut();
    for (Changes::Partition& partition : changes.partitions) {
      if (partition.topic_partition.partition == 0) partition.state.cluster = "4L6g3nShT-eMCtK--X86sw";
      if (partition.topic_partition.partition == 1)
        partition.state.gaps = {{0, 5, TimeAt("14:30:01")}, {9, 2, TimeAt("14:30:02")}};
    }
    const Fingerprints prints = FingerprintsOf({}, metrics_);
    MetricRows rows{prints.event, {}};
    for (size_t i = 0; i < metrics_.size(); ++i) {
      rows.metrics[metrics_[i].name] = {changes.known_from[i], prints.metrics.at(metrics_[i].name)};
    }
    TALLY_CHECK(store_->Write(changes, rows).ok());
    node_->counters().MarkSaved();
  }

  const std::string directory_;
  std::vector<MetricSpec> metrics_;
  std::unique_ptr<CheckpointStore> store_;
  std::unique_ptr<CountingNode> node_;
};

}  // namespace tally

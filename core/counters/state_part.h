// One part of the state that events change, such as the minute counters. Shard and Counters move offsets and parts
// together and know nothing else about them. To add a part, implement these two classes, list the part in Counters, and
// give it fields in Changes and Saved.
//
//   a shard's thread   BeginChunk(), Apply() for each event, EndChunk()       ShardPart, one for each shard
//   the checkpointer   BeginCut(), Cut() of each ShardPart, Fold(), Expire(), Collect(), MarkSaved()
//   any thread         AdvanceTo()
//
// The state of a part is a function of the log's prefix up to the offsets of the last cut. It adds up over shards and
// slices, by addition of counts or by OR of masks: each record has one partition, and a partition has one shard.
#pragma once

#include <cstdint>
#include <memory>

#include "core/counters/changes.h"
#include "core/events/rules.h"
#include "core/time/time.h"

namespace tally {

// The changes of one shard since the last cut. The shard holds its lock during every call.
class ShardPart {
 public:
  // The result of an event for a part. The largest result of all parts decides the event's fate.
  enum class Outcome : uint8_t {
    kFiltered,      // the part does not want it
    kMissingField,  // the part wants it, but it lacks a field
    kCounted,
  };

  virtual ~ShardPart() = default;

  // Returns the horizon of the part. Until EndChunk(), the part gets no event before it.
  virtual Timestamp BeginChunk() = 0;
  // Applies one event. Its texts live until the next call.
  virtual Outcome Apply(const EventView& event, Timestamp time) = 0;
  virtual void EndChunk() = 0;

  // Freezes the changes since the last cut, in constant time: a cut does not get slower with the size of the state. The
  // checkpointer's thread calls it.
  virtual void Cut() = 0;
};

// The state of one part up to the last cut, over all shards of a Counters.
class StatePart {
 public:
  virtual ~StatePart() = default;

  // Makes the part of one more shard, which owns it. The StatePart outlives it.
  virtual std::unique_ptr<ShardPart> AddShard() = 0;

  // Moves the horizon of the part forward as far as `clock` allows. It never moves back.
  virtual void AdvanceTo(Timestamp clock) = 0;

  // Takes its fields from `saved`. REQUIRES: nothing was applied yet.
  virtual void Restore(Saved& saved) = 0;

  // The following belong to the checkpointer's thread. A cut calls them in this order.
  //
  // No shard is cut yet.
  virtual void BeginCut() = 0;
  // All shards are cut: adds the frozen changes to the state.
  virtual void Fold() = 0;
  // Drops what is before the horizon.
  virtual void Expire() = 0;
  // Fills its fields of `changes` with all changes since the last MarkSaved().
  virtual void Collect(Changes& changes) = 0;

  // The result of the last Collect() is on the disk.
  virtual void MarkSaved() = 0;
  virtual bool HasUnsaved() const = 0;  // as of the last cut
};

}  // namespace tally

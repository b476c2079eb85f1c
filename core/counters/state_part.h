// One part of the state that is kept from events, such as the counters of minutes. Shard and Counters move offsets and
// parts together and know nothing else about them: to add a part is to implement these two classes, to list the part in
// Counters, and to give it fields in Changes and Saved.
//
//   a shard's thread   BeginChunk(), Apply() for each event, EndChunk()       ShardPart, one for each shard
//   the checkpointer   BeginCut(), Cut() of each ShardPart, Fold(), Expire(), Collect(), MarkSaved()
//   any thread         AdvanceTo()
//
// The state of a part is a function of the log's prefix up to the offsets of the last cut. It adds up over shards and
// over slices, by addition of counts or by OR of masks: each record has one partition, and a partition has one shard.
#pragma once

#include <cstdint>
#include <memory>

#include "core/counters/changes.h"
#include "core/events/rules.h"
#include "core/time/time.h"

namespace tally {

// What one shard has applied since the last cut. Every call is made with the lock of the shard held.
class ShardPart {
 public:
  // What an event is for a part. The event's fate follows from the largest one of all parts.
  enum class Outcome : uint8_t {
    kFiltered,      // the part does not want it
    kMissingField,  // the part wants it, but it lacks a field
    kCounted,
  };

  virtual ~ShardPart() = default;

  // Returns the horizon of the part: until EndChunk(), it is given no event before it.
  virtual Timestamp BeginChunk() = 0;
  // Takes one event. Its texts live until the next call.
  virtual Outcome Apply(const EventView& event, Timestamp time) = 0;
  virtual void EndChunk() = 0;

  // Freezes what was applied since the last cut, at once: a cut does not get slower with the size of the state. Called
  // by the checkpointer's thread.
  virtual void Cut() = 0;
};

// What was applied up to the last cut, by all shards of a Counters.
class StatePart {
 public:
  virtual ~StatePart() = default;

  // A part for one more shard, which owns it. The StatePart outlives it.
  virtual std::unique_ptr<ShardPart> AddShard() = 0;

  // Moves the horizon of the part forward to what `clock` allows. It never moves back.
  virtual void AdvanceTo(Timestamp clock) = 0;

  // Takes its fields from `saved`. REQUIRES: nothing was applied yet.
  virtual void Restore(Saved& saved) = 0;

  // The following belong to the checkpointer's thread. A cut calls them in this order.
  //
  // No shard is cut yet.
  virtual void BeginCut() = 0;
  // All shards are cut: joins what they froze to the whole.
  virtual void Fold() = 0;
  // Drops what is before the horizon.
  virtual void Expire() = 0;
  // Fills its fields of `changes` with everything that has changed since the last MarkSaved().
  virtual void Collect(Changes& changes) = 0;

  // What Collect() returned last is on the disk.
  virtual void MarkSaved() = 0;
  virtual bool HasUnsaved() const = 0;  // as of the last cut
};

}  // namespace tally

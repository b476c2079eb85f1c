// The value of `serve --accept-gap`: it resumes a partition that cannot continue without a gap.
//
//   ParseAcceptedGap("mw:0@17")        resumes at the start of the log, if records from offset 17 on are gone
//   ParseAcceptedGap("mw:0@17=start")  the same, for any reason that stopped it; or =end, or an offset
//
// 17 is the next offset of the partition in the checkpoint. So a flag that is left in place accepts no later gap.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/events/record.h"

namespace tally {

struct AcceptedGap {
  enum class To { kDefault, kStart, kEnd, kOffset };

  TopicPartition topic_partition;
  int64_t next = 0;
  To to = To::kDefault;
  int64_t offset = 0;  // of kOffset

  friend bool operator==(const AcceptedGap&, const AcceptedGap&) = default;
};

// InvalidArgument if it is not TOPIC:PARTITION@NEXT[=start|=end|=OFFSET].
absl::StatusOr<AcceptedGap> ParseAcceptedGap(std::string_view text);

}  // namespace tally

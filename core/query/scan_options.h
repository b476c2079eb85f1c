// The arguments that SCAN and HSCAN share.
//
//   ASSIGN_OR_RETURN(ScanOptions options, ParseScanOptions({"0", "MATCH", "stats:*"}, "SCAN cursor ..."));
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/query/glob.h"

namespace tally {

struct ScanOptions {
  // A larger COUNT is reduced to this, because a page is held in memory whole.
  static constexpr size_t kCountMax = 1'000;

  int64_t cursor = 0;
  Glob match;
  size_t count = 10;
  bool hashes = true;  // TYPE is absent or hash
};

// `words` are a cursor and options. An error names what was expected; `usage` is the command with its arguments.
absl::StatusOr<ScanOptions> ParseScanOptions(std::span<const std::string_view> words, std::string_view usage);

}  // namespace tally

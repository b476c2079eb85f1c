#include "core/query/scan_options.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/query/words.h"

namespace tally {

absl::StatusOr<ScanOptions> ParseScanOptions(std::span<const std::string_view> words, std::string_view usage) {
  const absl::Status wrong = InvalidArgument("syntax error, expected: ", usage);
  std::optional<int64_t> cursor = ParseInteger(words[0]);
  if (!cursor || *cursor < 0) return InvalidArgument("invalid cursor ", Quoted(words[0]), ", expected a number");
  std::string_view match = "*";
  std::optional<int64_t> count;
  bool hashes = true;
  for (words = words.subspan(1); !words.empty(); words = words.subspan(2)) {
    if (words.size() < 2) return wrong;
    const std::string_view value = words[1];
    if (EqualsIgnoreCase(words[0], "MATCH")) {
      match = value;
    } else if (EqualsIgnoreCase(words[0], "COUNT")) {
      count = ParseInteger(value).value_or(0);
    } else if (EqualsIgnoreCase(words[0], "TYPE")) {
      hashes = EqualsIgnoreCase(value, "hash");
    } else {
      return wrong;
    }
  }
  if (count && *count < 1) return wrong;
  ASSIGN_OR_RETURN(Glob glob, Glob::Parse(match));
  ScanOptions options{.cursor = *cursor, .match = std::move(glob), .hashes = hashes};
  if (count) options.count = std::min(static_cast<size_t>(*count), ScanOptions::kCountMax);
  return options;
}

}  // namespace tally

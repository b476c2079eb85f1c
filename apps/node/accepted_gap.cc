#include "apps/node/accepted_gap.h"

#include "absl/strings/numbers.h"
#include "core/base/strings.h"

namespace tally {
namespace {

template <typename Int>
bool ReadNumber(std::string_view text, Int& number) {
  // SimpleAtoi accepts a sign and white space.
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return false;
  return absl::SimpleAtoi(ToAbsl(text), &number);
}

bool ReadTo(std::string_view text, AcceptedGap& gap) {
  using To = AcceptedGap::To;
  gap.to = text == "start" ? To::kStart : text == "end" ? To::kEnd : To::kOffset;
  return gap.to != To::kOffset || ReadNumber(text, gap.offset);
}

}  // namespace

absl::StatusOr<AcceptedGap> ParseAcceptedGap(std::string_view text) {
  // Parses from the back: a topic's name has no '@', ':' or '='.
  const size_t at = text.find('@');
  const size_t colon = text.substr(0, at).rfind(':');
  AcceptedGap gap;
  bool good = at != std::string_view::npos && colon != std::string_view::npos && colon > 0;
  if (good) {
    const std::string_view rest = text.substr(at + 1);
    const size_t equals = rest.find('=');
    gap.topic_partition.topic = text.substr(0, colon);
    good = ReadNumber(text.substr(colon + 1, at - colon - 1), gap.topic_partition.partition) &&
           ReadNumber(rest.substr(0, equals), gap.next) &&
           (equals == std::string_view::npos || ReadTo(rest.substr(equals + 1), gap));
  }
  if (good) return gap;
  return InvalidArgument("--accept-gap ", text,
                         ": expected TOPIC:PARTITION@NEXT, optionally followed by =start, =end or =OFFSET");
}

}  // namespace tally

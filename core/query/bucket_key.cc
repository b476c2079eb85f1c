#include "core/query/bucket_key.h"

#include "core/base/strings.h"
#include "core/time/format.h"

namespace tally {

std::optional<BucketKey> ParseBucketKey(std::string_view key) {
  for (size_t size : {kBucketSize, kBucketSize + 1}) {  // with the sign of a year before 0
    if (key.size() <= size || key[key.size() - size - 1] != ':') continue;
    std::optional<Minute> minute = ParseBucket(key.substr(key.size() - size));
    if (!minute) return std::nullopt;
    return BucketKey{key.substr(0, key.size() - size - 1), *minute};
  }
  return std::nullopt;
}

std::string FormatBucketKey(std::string_view group, Minute minute) { return Cat(group, ':', FormatBucket(minute)); }

std::string_view GroupOf(std::string_view series) { return series.substr(0, series.rfind(':')); }

std::string_view FieldOf(std::string_view series) {
  size_t colon = series.rfind(':');
  return colon == std::string_view::npos ? kCountField : series.substr(colon + 1);
}

}  // namespace tally

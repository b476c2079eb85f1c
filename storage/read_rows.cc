#include "storage/read_rows.h"

#include <algorithm>
#include <array>

#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {

FormatVersions ReadableVersions() {
  static constexpr std::array kVersions = {FormatVersion{3, NewRowsReaderVersion3}};
  static_assert(kVersions.back().version == kFormatVersion);
  return kVersions;
}

absl::StatusOr<std::unique_ptr<RowsReader>> NewRowsReader(std::string_view header, FormatVersions versions) {
  ASSIGN_OR_RETURN(const uint64_t version, VersionOf(header));
  const auto known = std::ranges::find(versions, version, &FormatVersion::version);
  if (known != versions.end()) return known->new_reader();
  const bool newer = version > versions.back().version;
  return absl::UnimplementedError(Cat(
      "it has format version ", version, ", and the ", newer ? "newest" : "oldest", " that this release can read is ",
      newer ? versions.back().version : versions.front().version, "; start a release that can read version ", version,
      ", or count everything again from Kafka with serve --recount"));
}

}  // namespace tally

// A damaged row of a checkpoint. The first byte of the input gives the length of the key.
#include "core/counters/block.h"
#include "storage/rows.h"
#include "tests/fuzz/fuzz.h"

namespace tally {
namespace {

void CheckRefused(const absl::Status& status) {
  TALLY_CHECK(absl::IsDataLoss(status));
  TALLY_CHECK(!status.message().empty());
}

// If the row decodes, checks with same(row) that encoding it gives the same bytes.
template <typename Row, typename Same>
void CheckRow(const absl::StatusOr<Row>& row, Same same) {
  if (!row.ok()) return CheckRefused(row.status());
  TALLY_CHECK(same(*row));
}

// Checks that the block packs to the same bytes, and that every count can be found by its cell.
bool SameBlock(const Block& block, std::string_view bytes) {
  BlockCounts counts{};
  block.AddTo(counts);
  for (uint32_t cell = 0; cell < kBlockSize; ++cell) {
    if (block.count(cell) != counts[cell]) return false;
  }
  return block.bytes() == bytes && Block::Pack(counts).bytes() == bytes;
}

void CheckRow(std::string_view key, std::string_view value) {
  switch (static_cast<RowKind>(key[0])) {
    case RowKind::kHeader:
      if (key != HeaderKey()) return;  // storage/read_version_3.cc checks this first
      return CheckRow(HeaderOf(value), [&](const HeaderRow& row) { return HeaderValue(row) == value; });
    case RowKind::kMetric:
      return CheckRow(MetricOf(key, value), [&](const MetricRow& row) { return MetricValue(row) == value; });
    case RowKind::kPartition:
      return CheckRow(PartitionOf(key, value), [&](const Changes::Partition& row) {
        return PartitionKey(row.topic_partition) == key && PartitionValue(row.state) == value;
      });
    case RowKind::kSeries:
      return CheckRow(SeriesOf(key, value), [&](const SeriesTable::NamedSeries& row) {
        return SeriesKey(row.id) == key && row.name == value;
      });
    case RowKind::kBlock:
      return CheckRow(BlockOfRow(key, value), [&](const std::pair<BlockKey, Block>& row) {
        return BlockRowKey(row.first) == key && SameBlock(row.second, value);
      });
    case RowKind::kLink:
      return CheckRow(LinkOf(key, value), [&](uint64_t sequence) { return LinkKey(sequence) == key && value.empty(); });
    case RowKind::kEvent:
      return;
  }
}

}  // namespace
}  // namespace tally

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2) return 0;
  const std::string_view input = tally::Input(data, size).substr(1);
  const size_t key_size = std::min<size_t>(input.size(), 1 + data[0] % 64);
  tally::Copies copies;
  tally::CheckRow(copies.Of(input.substr(0, key_size)), copies.Of(input.substr(key_size)));
  return 0;
}

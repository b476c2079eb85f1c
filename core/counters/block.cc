#include "core/counters/block.h"

#include <bit>
#include <cstring>

#include "core/base/check.h"
#include "core/base/strings.h"

namespace tally {
namespace {

static_assert(std::endian::native == std::endian::little, "values are read as little-endian words");

constexpr uint32_t kHeader = 2;
constexpr uint32_t kBitmap = kBlockSize / 8;
constexpr uint32_t kListMax = 31;  // a list of this many cells is shorter than the bitmap
constexpr uint32_t kTail = 8;

uint32_t CellBytes(uint32_t n) { return n == kBlockSize ? 0 : n <= kListMax ? n : kBitmap; }
uint32_t ValueBytes(uint32_t n, uint32_t width) { return (n * width + 7) / 8; }
uint32_t PackedBytes(uint32_t n, uint32_t width) { return kHeader + CellBytes(n) + ValueBytes(n, width); }

uint64_t ReadWord(const uint8_t* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

void WriteBits(uint8_t* values, uint64_t bit, uint32_t width, uint64_t value) {
  while (width > 0) {
    uint32_t shift = bit % 8;
    values[bit / 8] |= static_cast<uint8_t>(value << shift);
    uint32_t written = std::min(width, 8 - shift);
    value >>= written;
    bit += written;
    width -= written;
  }
}

template <typename Visit>
void ForEachCell(const BlockCells& cells, Visit visit) {
  for (uint32_t word = 0; word < cells.size(); ++word) {
    for (uint64_t bits = cells[word]; bits != 0; bits &= bits - 1) visit(word * 64 + std::countr_zero(bits));
  }
}

}  // namespace

Block::Block(std::string_view bytes) : bytes_(new uint8_t[bytes.size() + kTail]()) {
  std::memcpy(bytes_.get(), bytes.data(), bytes.size());
}

Block Block::Pack(const BlockCounts& counts) {
  BlockCells cells{};
  uint32_t n = 0;
  uint64_t all = 0;
  for (uint32_t cell = 0; cell < kBlockSize; ++cell) {
    if (counts[cell] == 0) continue;
    cells[cell / 64] |= uint64_t{1} << (cell % 64);
    all |= counts[cell];
    ++n;
  }
  if (n == 0) return Block();
  uint32_t width = static_cast<uint32_t>(std::bit_width(all));
  uint8_t bytes[kHeader + kBitmap + kBlockSize * 8] = {static_cast<uint8_t>(n), static_cast<uint8_t>(width)};
  uint8_t* at = bytes + kHeader;
  if (n <= kListMax) {
    ForEachCell(cells, [&](uint32_t cell) { *at++ = static_cast<uint8_t>(cell); });
  } else if (n < kBlockSize) {
    std::memcpy(at, cells.data(), kBitmap);
    at += kBitmap;
  }
  uint64_t bit = 0;
  ForEachCell(cells, [&](uint32_t cell) {
    WriteBits(at, bit, width, counts[cell]);
    bit += width;
  });
  return Block({reinterpret_cast<const char*>(bytes), PackedBytes(n, width)});
}

absl::StatusOr<Block> Block::Parse(std::string_view bytes) {
  if (bytes.size() < kHeader) return absl::DataLossError(Cat("expected a block, got ", bytes.size(), " bytes"));
  Block block(bytes);
  if (block.width() < 1 || block.width() > 63) return absl::DataLossError(Cat("a block of width ", block.width()));
  if (uint32_t expected = PackedBytes(block.n(), block.width()); bytes.size() != expected) {
    return absl::DataLossError(Cat("expected a block of ", expected, " bytes, got ", bytes.size()));
  }
  // The same counts always have the same bytes: packing them again must give the same bytes.
  BlockCounts counts{};
  block.AddTo(counts);
  if (Pack(counts).bytes() != bytes) return absl::DataLossError("a block whose cells or values are out of order");
  return block;
}

std::string_view Block::bytes() const {
  if (empty()) return {};
  return {reinterpret_cast<const char*>(bytes_.get()), PackedBytes(n(), width())};
}

const uint8_t* Block::values() const { return bytes_.get() + kHeader + CellBytes(n()); }

uint64_t Block::value(const uint8_t* values, uint32_t index) const {
  uint64_t bit = uint64_t{index} * width();
  uint32_t shift = bit % 8;
  uint64_t word = ReadWord(values + bit / 8) >> shift;
  if (shift + width() > 64) word |= uint64_t{values[bit / 8 + 8]} << (64 - shift);
  return word & (~uint64_t{0} >> (64 - width()));
}

BlockCells Block::cells() const {
  BlockCells cells{};
  if (empty()) return cells;
  if (n() == kBlockSize) {
    cells.fill(~uint64_t{0});
  } else if (n() <= kListMax) {
    for (uint32_t i = 0; i < n(); ++i) {
      uint8_t cell = bytes_[kHeader + i];
      cells[cell / 64] |= uint64_t{1} << (cell % 64);
    }
  } else {
    std::memcpy(cells.data(), bytes_.get() + kHeader, kBitmap);
  }
  return cells;
}

uint64_t Block::count(uint32_t cell) const {
  if (empty()) return 0;
  if (n() == kBlockSize) return value(values(), cell);
  BlockCells cells = this->cells();
  uint64_t bit = uint64_t{1} << (cell % 64);
  if ((cells[cell / 64] & bit) == 0) return 0;
  uint32_t index = static_cast<uint32_t>(std::popcount(cells[cell / 64] & (bit - 1)));
  for (uint32_t word = 0; word < cell / 64; ++word) index += static_cast<uint32_t>(std::popcount(cells[word]));
  return value(values(), index);
}

void Block::AddTo(BlockCounts& counts) const {
  if (empty()) return;
  const uint8_t* values = this->values();
  uint32_t index = 0;
  ForEachCell(cells(), [&](uint32_t cell) {
    // A damaged bitmap may hold more cells than `n`; Parse() then finds that the block is not what Pack() makes.
    if (index < n()) counts[cell] = AddCounts(counts[cell], value(values, index++));
  });
}

}  // namespace tally

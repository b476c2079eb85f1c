#include "core/counters/block.h"

#include <bit>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace tally {
namespace {

BlockCounts CountsOf(const Block& block) {
  BlockCounts counts{};
  block.AddTo(counts);
  return counts;
}

// `n` random cells of the block, with counts of at most `width` bits, one of them with exactly `width`.
BlockCounts Draw(std::mt19937_64& random, uint32_t n, uint32_t width) {
  BlockCounts counts{};
  uint64_t largest = ~uint64_t{0} >> (64 - width);
  for (uint32_t drawn = 0; drawn < n;) {
    uint64_t& count = counts[random() % kBlockSize];
    if (count > 0) continue;
    count = drawn == 0 ? largest : 1 + random() % largest;
    ++drawn;
  }
  return counts;
}

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (int byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

TEST(Block, WithoutCountsIsNoBytes) {
  Block block = Block::Pack({});
  EXPECT_TRUE(block.empty());
  EXPECT_EQ(block.bytes(), "");
  EXPECT_EQ(block.count(0), 0u);
  EXPECT_EQ(block.cells(), BlockCells{});
  EXPECT_EQ(CountsOf(block), BlockCounts{});
}

TEST(Block, IsWrittenAsItsGrammarSays) {
  BlockCounts counts{};
  counts[3] = 1;
  EXPECT_EQ(Block::Pack(counts).bytes(), Bytes({1, 1, 3, 0b1}));
  counts[200] = 6;
  EXPECT_EQ(Block::Pack(counts).bytes(), Bytes({2, 3, 3, 200, 0b110'001}));
  counts[0] = 0x1ff;
  EXPECT_EQ(Block::Pack(counts).bytes(), Bytes({3, 9, 0, 3, 200, 0xff, 0b0000001'1, 0b000110'00, 0}));
}

TEST(Block, ListsUpTo31CellsAndThenHasABitForEach) {
  BlockCounts counts{};
  for (uint32_t cell = 0; cell < 31; ++cell) counts[cell * 8] = 1;
  EXPECT_EQ(Block::Pack(counts).bytes().size(), 2u + 31 + 4);
  counts[255] = 1;
  std::string expected = Bytes({32, 1});
  for (uint32_t byte = 0; byte < 31; ++byte) expected += '\x01';
  expected += Bytes({0x80, 0xff, 0xff, 0xff, 0xff});
  EXPECT_EQ(Block::Pack(counts).bytes(), expected);
}

TEST(Block, NamesNoCellIfAllHaveACount) {
  BlockCounts counts;
  counts.fill(1);
  EXPECT_EQ(Block::Pack(counts).bytes(), Bytes({0, 1}) + std::string(32, '\xff'));
}

TEST(Block, HoldsTheLargestCountInEveryCell) {
  BlockCounts counts;
  counts.fill(kCountMax);
  EXPECT_EQ(CountsOf(Block::Pack(counts)), counts);
  EXPECT_EQ(Block::Pack(counts).bytes().size(), 2u + 256 * 63 / 8);
}

TEST(Block, AddsToCountsAndStaysAtTheLargestCount) {
  BlockCounts counts{};
  counts[1] = 5;
  counts[2] = kCountMax;
  Block block = Block::Pack(counts);
  counts[0] = 7;
  block.AddTo(counts);
  EXPECT_EQ(counts[0], 7u);
  EXPECT_EQ(counts[1], 10u);
  EXPECT_EQ(counts[2], kCountMax);
}

TEST(Block, UnpacksToWhatWasPackedForEveryWidthAndNumberOfCells) {
  std::mt19937_64 random(1);
  for (uint32_t n : {1u, 2u, 30u, 31u, 32u, 33u, 100u, 254u, 255u, 256u}) {
    for (uint32_t width = 1; width <= 63; ++width) {
      SCOPED_TRACE(testing::Message() << n << " cells of " << width << " bits");
      BlockCounts counts = Draw(random, n, width);
      Block block = Block::Pack(counts);
      ASSERT_EQ(CountsOf(block), counts);
      BlockCells cells = block.cells();
      for (uint32_t cell = 0; cell < kBlockSize; ++cell) {
        ASSERT_EQ(block.count(cell), counts[cell]);
        ASSERT_EQ((cells[cell / 64] >> (cell % 64) & 1) != 0, counts[cell] > 0);
      }
    }
  }
}

TEST(Block, EqualsItsBytes) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 1000; ++i) {
    Block block = Block::Pack(Draw(random, 1 + random() % 256, 1 + random() % 63));
    auto parsed = Block::Parse(block.bytes());
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    ASSERT_EQ(parsed->bytes(), block.bytes());
  }
}

TEST(Block, MovesAndLeavesAnEmptyOne) {
  BlockCounts counts{};
  counts[3] = 1;
  Block block = Block::Pack(counts);
  Block moved = std::move(block);
  EXPECT_TRUE(block.empty());
  EXPECT_EQ(moved.count(3), 1u);
}

std::string WhyNot(std::string_view bytes) {
  auto block = Block::Parse(bytes);
  if (block.ok()) return "it is one";
  EXPECT_EQ(block.status().code(), absl::StatusCode::kDataLoss);
  return std::string(block.status().message());
}

TEST(BlockParse, RefusesBytesThatAreTooFew) {
  EXPECT_EQ(WhyNot(""), "expected a block, got 0 bytes");
  EXPECT_EQ(WhyNot("\x01"), "expected a block, got 1 bytes");
  EXPECT_EQ(WhyNot(Bytes({1, 1, 3})), "expected a block of 4 bytes, got 3");
}

TEST(BlockParse, RefusesBytesAfterTheBlock) {
  EXPECT_EQ(WhyNot(Bytes({1, 1, 3, 1, 0})), "expected a block of 4 bytes, got 5");
}

TEST(BlockParse, RefusesAWidthThatNoCountHas) {
  EXPECT_EQ(WhyNot(Bytes({1, 0, 3, 1})), "a block of width 0");
  EXPECT_EQ(WhyNot(Bytes({1, 64, 3, 1, 0, 0, 0, 0, 0, 0, 0})), "a block of width 64");
  EXPECT_EQ(WhyNot(Bytes({1, 255, 3, 1})), "a block of width 255");
}

TEST(BlockParse, RefusesBytesThatPackDoesNotMake) {
  constexpr char kOutOfOrder[] = "a block whose cells or values are out of order";
  EXPECT_EQ(WhyNot(Bytes({1, 1, 3, 0})), kOutOfOrder);        // a count of zero
  EXPECT_EQ(WhyNot(Bytes({1, 2, 3, 1})), kOutOfOrder);        // wider than its largest count
  EXPECT_EQ(WhyNot(Bytes({1, 1, 3, 0b11})), kOutOfOrder);     // a bit after the values
  EXPECT_EQ(WhyNot(Bytes({2, 1, 4, 3, 0b11})), kOutOfOrder);  // cells that descend
  EXPECT_EQ(WhyNot(Bytes({2, 1, 3, 3, 0b11})), kOutOfOrder);  // a cell that occurs twice
  EXPECT_EQ(WhyNot(Bytes({32, 1}) + std::string(32, '\0') + std::string(4, '\xff')), kOutOfOrder);
  EXPECT_EQ(WhyNot(Bytes({32, 1}) + std::string(32, '\xff') + std::string(4, '\xff')), kOutOfOrder);
}

// A block with the damage of a disk: one to three bytes are changed, removed or appended; or bytes that never were a
// block.
std::string Damaged(std::mt19937_64& random) {
  if (random() % 4 == 0) {
    std::string bytes(random() % 80, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    if (bytes.size() > 1 && random() % 2) bytes[1] = static_cast<char>(1 + random() % 63);
    return bytes;
  }
  std::string bytes(Block::Pack(Draw(random, 1 + random() % 256, 1 + random() % 63)).bytes());
  for (uint64_t i = 0, n = random() % 4; i < n; ++i) {
    char& c = bytes[random() % (random() % 2 ? bytes.size() : std::min<size_t>(bytes.size(), 34))];
    c = random() % 2 ? static_cast<char>(random()) : static_cast<char>(c ^ 1 << random() % 8);
  }
  if (random() % 8 == 0) bytes.resize(random() % (bytes.size() + 8));
  return bytes;
}

// The bytes are copied to the end of an allocation, so that a sanitizer detects a read after them.
TEST(BlockParse, AcceptsDamagedBytesOnlyIfPackMakesThem) {
  std::mt19937_64 random(3);
  size_t taken = 0;
  for (int i = 0; i < 100'000; ++i) {
    std::string damaged = Damaged(random);
    std::unique_ptr<char[]> exact(new char[damaged.size()]);
    std::memcpy(exact.get(), damaged.data(), damaged.size());
    std::string_view bytes(exact.get(), damaged.size());
    auto block = Block::Parse(bytes);
    if (!block.ok()) continue;
    ++taken;
    BlockCounts counts = CountsOf(*block);
    ASSERT_EQ(block->bytes(), bytes);
    ASSERT_EQ(Block::Pack(counts).bytes(), bytes);
    uint32_t cell = static_cast<uint32_t>(random() % kBlockSize);
    ASSERT_EQ(block->count(cell), counts[cell]);
  }
  EXPECT_GT(taken, 10'000u);
}

}  // namespace
}  // namespace tally

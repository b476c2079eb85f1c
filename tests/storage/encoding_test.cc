#include "storage/encoding.h"

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace tally {
namespace {

std::string Bytes(std::initializer_list<int> bytes) {
  std::string text;
  for (int byte : bytes) text.push_back(static_cast<char>(byte));
  return text;
}

std::string Varint(uint64_t n) {
  std::string out;
  PutVarint(out, n);
  return out;
}

std::string Signed(int64_t n) {
  std::string out;
  PutSigned(out, n);
  return out;
}

bool IsVarint(std::string_view bytes) {
  Reader in(bytes);
  uint64_t n;
  return in.Varint(n) && in.empty();
}

TEST(Encoding, WritesNumbersThatSortAsBytes) {
  std::string small, large;
  PutUint32BigEndian(small, 0x01ff), PutUint32BigEndian(large, 0x0200);
  EXPECT_EQ(small, Bytes({0, 0, 1, 0xff}));
  EXPECT_LT(small, large);
}

TEST(Encoding, ReadsThoseNumbersBack) {
  for (uint32_t n : {0u, 1u, 0x12345678u, 0x80000000u, 0xffffffffu}) {
    std::string out = "x";
    PutUint32BigEndian(out, n);
    Reader in(std::string_view(out).substr(1));
    uint32_t read = 0;
    EXPECT_TRUE(in.Uint32BigEndian(read));
    EXPECT_EQ(read, n);
    EXPECT_TRUE(in.empty());
  }
}

TEST(Encoding, WritesVarintsInTheirShortestForm) {
  EXPECT_EQ(Varint(0), Bytes({0}));
  EXPECT_EQ(Varint(127), Bytes({127}));
  EXPECT_EQ(Varint(128), Bytes({0x80, 1}));
  EXPECT_EQ(Varint(300), Bytes({0xac, 2}));
  EXPECT_EQ(Varint(UINT64_MAX), Bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}));
}

TEST(Encoding, WritesSignedNumbersAsZigzag) {
  EXPECT_EQ(Signed(0), Varint(0));
  EXPECT_EQ(Signed(-1), Varint(1));
  EXPECT_EQ(Signed(1), Varint(2));
  EXPECT_EQ(Signed(-2), Varint(3));
  EXPECT_EQ(Signed(INT64_MAX), Varint(UINT64_MAX - 1));
  EXPECT_EQ(Signed(INT64_MIN), Varint(UINT64_MAX));
}

TEST(Encoding, ReadsEveryNumberBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100'000; ++i) {
    uint64_t n = random() >> random() % 64;
    std::string out = Varint(n) + Signed(static_cast<int64_t>(n));
    Reader in(out);
    uint64_t varint = 0;
    int64_t zigzag = 0;
    ASSERT_TRUE(in.Varint(varint) && in.Signed(zigzag) && in.empty());
    ASSERT_EQ(varint, n);
    ASSERT_EQ(zigzag, static_cast<int64_t>(n));
  }
  for (int64_t n : {INT64_MIN, INT64_MAX, int64_t{-1}}) {
    std::string out = Signed(n);
    Reader in(out);
    int64_t read = 0;
    EXPECT_TRUE(in.Signed(read));
    EXPECT_EQ(read, n);
  }
}

TEST(Encoding, RefusesAVarintInALongerForm) {
  EXPECT_FALSE(IsVarint(Bytes({0x80, 0})));
  EXPECT_FALSE(IsVarint(Bytes({0xac, 0x82, 0})));
  EXPECT_FALSE(IsVarint(Bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0})));
}

TEST(Encoding, RefusesAVarintOfMoreThan64Bits) {
  EXPECT_FALSE(IsVarint(Bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2})));
  EXPECT_FALSE(IsVarint(Bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x81, 0})));
}

TEST(Encoding, RefusesAVarintThatIsCutOff) {
  EXPECT_FALSE(IsVarint(""));
  EXPECT_FALSE(IsVarint(Bytes({0x80})));
  EXPECT_FALSE(IsVarint(std::string(9, '\xff')));
}

TEST(Encoding, AcceptsOnlyTheShortestFormInRandomBytes) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    std::string bytes(random() % 12, '\0');
    for (char& c : bytes) c = static_cast<char>(random() | (random() % 2 ? 0x80 : 0));
    Reader in(bytes);
    uint64_t n;
    if (in.Varint(n)) {
      ASSERT_EQ(Varint(n), bytes.substr(0, bytes.size() - in.rest().size()));
    }
  }
}

TEST(Encoding, ReadsTextsOfAnyBytes) {
  std::string out, binary("a\0\xff", 3), longer(300, 'x');
  PutText(out, ""), PutText(out, binary), PutText(out, longer);
  Reader in(out);
  std::string_view first = "x", second, third;
  ASSERT_TRUE(in.Text(first) && in.Text(second) && in.Text(third) && in.empty());
  EXPECT_EQ(first, "");
  EXPECT_EQ(second, binary);
  EXPECT_EQ(third, longer);
}

TEST(Encoding, RefusesATextThatIsCutOff) {
  for (const std::string& bytes : {Bytes({}), Bytes({1}), Bytes({3, 'a', 'b'}), Varint(UINT64_MAX) + "x"}) {
    Reader in(bytes);
    std::string_view text;
    EXPECT_FALSE(in.Text(text));
  }
}

TEST(Encoding, RefusesTooFewBytes) {
  Reader three("abc"), none("");
  uint32_t n;
  uint8_t byte;
  EXPECT_FALSE(three.Uint32BigEndian(n));
  EXPECT_FALSE(none.Byte(byte));
}

TEST(Encoding, ReturnsTheUnreadRest) {
  Reader in("abc");
  uint8_t byte = 0;
  EXPECT_TRUE(in.Byte(byte));
  EXPECT_EQ(byte, 'a');
  EXPECT_EQ(in.rest(), "bc");
}

}  // namespace
}  // namespace tally

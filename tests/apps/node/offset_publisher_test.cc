#include "apps/node/offset_publisher.h"

#include "gtest/gtest.h"

namespace tally {
namespace {

TEST(PublishedBy, IsReadFromTheMetadataOfANode) {
  const auto by = ParsePublishedBy("tallyd node-1 17");
  ASSERT_TRUE(by.has_value());
  EXPECT_EQ(by->node, "node-1");
  EXPECT_EQ(by->sequence, 17u);
}

TEST(PublishedBy, IsNothingIfAnotherProgramCommitted) {
  for (const char* metadata : {"", "consumer 1", "tallyd", "tallyd ", "tallyd node-1", "tallyd node-1 ",
                               "tallyd node-1 x", "tallyd node-1 -1", "tallyd node-1 17 and more"}) {
    EXPECT_FALSE(ParsePublishedBy(metadata).has_value()) << metadata;
  }
}

}  // namespace
}  // namespace tally

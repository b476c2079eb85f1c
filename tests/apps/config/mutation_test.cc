#include <gtest/gtest.h>

#include <random>

#include "apps/config/load.h"
#include "core/base/strings.h"
#include "tests/apps/config/full_config.h"

namespace tally {
namespace {

constexpr uint32_t kSeed = 20110605;
constexpr int kMutations = 5000;

// Returns `text` with one to eight changes: bytes replaced, deleted or repeated, or a part of the text copied
// elsewhere.
std::string Mutated(std::string text, std::mt19937& random) {
  auto below = [&random](size_t n) { return static_cast<size_t>(random()) % n; };
  for (size_t changes = 1 + below(8); changes > 0 && text.size() > 1; --changes) {
    const size_t at = below(text.size());
    const size_t size = 1 + below(std::min<size_t>(20, text.size() - at));
    switch (below(5)) {
      case 0:
        text[at] = static_cast<char>(random());
        break;
      case 1:
        text[at] = "\"'[]{}=.#\n\\,"[below(12)];
        break;
      case 2:
        text.erase(at, size);
        break;
      case 3:
        text.insert(below(text.size()), text.substr(at, size));
        break;
      default:
        text.insert(at, size, text[at]);
        break;
    }
  }
  return text;
}

// Any bytes are either a configuration that can be printed and parsed again, or an InvalidArgument error.
void ExpectAConfigOrAnError(const std::string& text) {
  absl::StatusOr<Config> config = ParseConfig(text, "f.toml");
  if (!config.ok()) {
    EXPECT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_NE(FromAbsl(config.status().message()), "");
    return;
  }
  const std::string printed = PrintConfig(*config);
  absl::StatusOr<Config> again = ParseConfig(printed, "printed");
  ASSERT_TRUE(again.ok()) << again.status() << "\n" << printed;
  EXPECT_EQ(PrintConfig(*again), printed);
}

TEST(ParseConfig, SurvivesMutationsOfAConfiguration) {
  std::mt19937 random(kSeed);
  for (int i = 0; i < kMutations; ++i) {
    SCOPED_TRACE(Cat("mutation ", i, " of seed ", kSeed));
    ExpectAConfigOrAnError(Mutated(std::string(i % 2 == 0 ? kFullConfig : kJsonConfig), random));
  }
}

TEST(ParseConfig, SurvivesEveryPrefixOfAConfiguration) {
  for (size_t size = 0; size <= kFullConfig.size(); ++size) {
    ExpectAConfigOrAnError(std::string(kFullConfig.substr(0, size)));
  }
}

TEST(LoadConfig, SurvivesMutationsOfASet) {
  std::mt19937 random(kSeed);
  for (int i = 0; i < kMutations; ++i) {
    ConfigSources sources;
    sources.set = {Mutated("kafka.properties.sasl.username={a=[1,\"b\"]}", random)};
    absl::StatusOr<Config> config = LoadConfig(sources);
    EXPECT_TRUE(config.ok() || config.status().code() == absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace tally

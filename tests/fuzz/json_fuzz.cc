// Events in JSON. The input contains the payloads of records, with a record separator (1e) between them.
#include <string>
#include <vector>

#include "core/events/json_decoder.h"
#include "tests/core/events/naive_json.h"
#include "tests/fuzz/counted.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

const std::vector<std::string> kPaths = {"time",  "game", "call",   "a\"b", "/user/country",
                                         "/user", "/l/1", "/l/2/x", ""};
const std::vector<std::vector<std::string>> kKeys = {
    {"time"}, {"game"}, {"call"}, {"a\"b"}, {"user", "country"}, {"user"}, {"l", "1"}, {"l", "2", "x"}, {""}};

std::shared_ptr<const Rules> MakeRules() {
  return Compiled({{"stats", {{"game", "game"}, {"call", "call"}}, "", {}},
                   {"revenue", {{"country", "/user/country"}}, "cents", {{"call", {"buy", "gift"}}}},
                   {"keys", {{"key", "@key"}, {"second", "/l/1"}}, "", {{"/l/0", {"true"}}}},
                   AllMetric()});
}

// Checks that a decoder and the naive decoder find the same fields. They share no code.
void CheckDecoded(Decoder& decoder, std::span<const std::string_view> payloads, std::span<const NaiveJson> naive) {
  std::vector<Field> fields(kPaths.size());
  decoder.Load(payloads);
  for (size_t i = 0; i < payloads.size(); ++i) {
    const bool is_event = decoder.Decode(i, fields);
    TALLY_CHECK(is_event == naive[i].IsEvent());
    for (size_t k = 0; is_event && k < fields.size(); ++k) {
      TALLY_CHECK(NaiveJson::Value(fields[k].type, fields[k].text) == naive[i].Find(kKeys[k]));
    }
  }
}

}  // namespace
}  // namespace tally

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tally;
  static const std::shared_ptr<const Rules> rules = MakeRules();
  static const std::vector<std::unique_ptr<Decoder>> decoders = [] {
    std::vector<std::unique_ptr<Decoder>> all;
    for (const std::string& level : JsonLevels()) all.push_back(MakeJsonDecoder(kPaths, level).value());
    return all;
  }();
  Copies copies;
  const std::vector<std::string_view> payloads = copies.OfParts(Input(data, size), '\x1e', 100);
  const std::vector<NaiveJson> naive(payloads.begin(), payloads.end());
  CheckDecoded(*decoders[size % decoders.size()], payloads, naive);
  CheckCounted(rules, payloads);
  return 0;
}

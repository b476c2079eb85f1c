// Any bytes are allowed: broken events, read by every level and by a decoder that shares no code with ours.
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "core/events/json_decoder.h"
#include "gtest/gtest.h"
#include "tests/core/events/naive_json.h"

namespace tally {
namespace {

using std::string_view_literals::operator""sv;

constexpr uint32_t kSeed = 20110605;
constexpr int kMutations = 200'000;

const std::vector<std::string> kPaths = {
    "time", "game", "call", "a\"b", "/user/country", "/user",
    "/user/a/0", "/l/1", "/l/2/x", "/user/a/1", "/~1p/q~0", "caf\xc3\xa9", ""};
const std::vector<std::vector<std::string>> kKeys = {
    {"time"}, {"game"}, {"call"}, {"a\"b"}, {"user", "country"}, {"user"},
    {"user", "a", "0"}, {"l", "1"}, {"l", "2", "x"}, {"user", "a", "1"}, {"/p", "q~"}, {"caf\xc3\xa9"}, {""}};

const std::vector<std::string> kCorpus = {
    R"({"time":1307284245123,"game":"mw","call":"login","user":123456,"ip":"10.1.2.3","v":3,"source":"feed"})",
    R"( {"game" : "h\u0068" , "time": -0, "call":true, "user":{"country":"DE","a":[1,{"x":null}]},"v":1.5e-3 } )",
    R"({"l":[0,"one",{"x":"y"}],"l":[1,2],"user":{"a":["\ud83d\ude00",false],"country":null,"country":"late"}})",
    R"({"a\"b":"quote","\/p":{"q~":-12.5},"caf\u00e9":"latte","":"empty","time":"2011-06-05T14:30:45Z"})",
    "{\"caf\xc3\xa9\":\"\xe2\x82\xac \xf0\x9f\x98\x80\",\"game\":\"\\ud83d\",\"call\":\"\\x\","
    "\"user\":[[{},[]],{\"a\":{}}]}",
    R"({"n":[[[[[[{"a":[{"b":[1,2,3,"]}"]}]}]]]]]],"time":1307284245123456789012345678901234567890,"call":""})",
    R"({})",
    R"({"game":"a long string that goes over more than one block of 64 bytes, with an \" escaped quote in it"})",
};

class Mutator {
 public:
  explicit Mutator(uint32_t seed) : random_(seed) {}

  std::string Next() {
    std::string text = kCorpus[Below(kCorpus.size())];
    for (size_t n = 1 + Below(4); n > 0; --n) Mutate(text);
    return text;
  }

 private:
  size_t Below(size_t n) { return n == 0 ? 0 : random_() % n; }

  void Mutate(std::string& text) {
    constexpr std::string_view kBytes =
        "\"\"\\\\{}[]:,,:\t\n 0123456789-+.eEtfnuax\0\x01\x0c\x1a\x1f\x7f\x80\xa9\xbf\xc3\xe2\xed\xf0\xff"sv;
    size_t at = Below(text.size() + 1);
    char byte = kBytes[Below(kBytes.size())];
    switch (Below(7)) {
      case 0:
      case 1: text.insert(at, 1, byte); break;
      case 2:
      case 3:
        if (at < text.size()) text[at] = byte;
        break;
      case 4: text.erase(at, 1 + Below(3)); break;
      case 5: text.insert(at, text.substr(Below(text.size()), Below(30))); break;
      case 6: {
        const std::string& other = kCorpus[Below(kCorpus.size())];
        text = text.substr(0, at) + other.substr(Below(other.size()));
        break;
      }
    }
  }

  std::mt19937 random_;
};

TEST(JsonDecoder, AgreesOnBrokenEventsWithANaiveOneAtEveryLevel) {
  std::cout << "seed " << kSeed << "\n";
  Mutator mutator(kSeed);
  std::vector<std::string> levels = JsonLevels();
  std::vector<std::unique_ptr<Decoder>> decoders;
  for (const std::string& level : levels) decoders.push_back(MakeJsonDecoder(kPaths, level).value());
  int events = 0, found = 0;
  for (int i = 0; i < kMutations; ++i) {
    std::string payload = mutator.Next();
    NaiveJson naive(payload);
    bool is_event = naive.IsEvent();
    events += is_event;
    for (size_t level = 0; level < levels.size(); ++level) {
      std::vector<Field> fields(kPaths.size());
      ASSERT_EQ(decoders[level]->Decode(payload, fields), is_event) << levels[level] << ", " << i << ": " << payload;
      if (!is_event) continue;
      for (size_t k = 0; k < fields.size(); ++k) {
        NaiveJson::Value expected = naive.Find(kKeys[k]);
        NaiveJson::Value actual(fields[k].kind, fields[k].text);
        ASSERT_EQ(actual, expected) << levels[level] << ", " << i << ", " << kPaths[k] << ": " << payload;
        found += expected.first != Field::Kind::kMissing;
      }
    }
  }
  // The mutations must leave something to read, and something to refuse.
  EXPECT_GT(events, kMutations / 10);
  EXPECT_LT(events, kMutations * 9 / 10);
  EXPECT_GT(found, kMutations / 10);
}

}  // namespace
}  // namespace tally

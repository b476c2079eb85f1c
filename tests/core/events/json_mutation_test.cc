// Any bytes are allowed: every level reads broken events, and so does a naive decoder that shares no code with it.
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "core/events/json_decoder.h"
#include "core/events/json_tokens.h"
#include "gtest/gtest.h"
#include "tests/core/events/naive_json.h"
#include "tests/testing/mutator.h"
#include "tests/testing/scale.h"

namespace tally {
namespace {

constexpr uint32_t kSeed = 20110605;
constexpr int kMutations = Scaled(200'000);

const std::vector<std::string> kPaths = {"time",     "game",        "call", "a\"b",   "/user/country",
                                         "/user",    "/user/a/0",   "/l/1", "/l/2/x", "/user/a/1",
                                         "/~1p/q~0", "caf\xc3\xa9", ""};
const std::vector<std::vector<std::string>> kKeys = {
    {"time"},   {"game"},        {"call"},           {"a\"b"},     {"user", "country"}, {"user"}, {"user", "a", "0"},
    {"l", "1"}, {"l", "2", "x"}, {"user", "a", "1"}, {"/p", "q~"}, {"caf\xc3\xa9"},     {""}};

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

// Expects that the decoder and the naive one agree on payloads[i]. Returns whether it is an event.
bool Agrees(Decoder& decoder, size_t i, std::string_view payload, size_t& found) {
  NaiveJson naive(payload);
  std::vector<Field> fields(kPaths.size());
  EXPECT_EQ(decoder.Decode(i, fields), naive.IsEvent()) << payload;
  if (!naive.IsEvent()) return false;
  for (size_t k = 0; k < fields.size(); ++k) {
    NaiveJson::Value expected = naive.Find(kKeys[k]);
    EXPECT_EQ(NaiveJson::Value(fields[k].type, fields[k].text), expected) << kPaths[k] << ": " << payload;
    found += expected.first != Field::Type::kMissing;
  }
  return true;
}

TEST(JsonDecoder, AgreesOnBrokenEventsWithANaiveOneAtEveryLevel) {
  std::cout << "seed " << kSeed << "\n";
  for (const std::string& level : JsonLevels()) {
    auto decoder = MakeJsonDecoder(kPaths, level).value();
    Mutator mutator(kSeed, kCorpus);
    size_t events = 0, found = 0;
    for (size_t i = 0; i < kMutations && !HasFailure(); ++i) {
      std::string payload = mutator.Next();
      std::string_view loaded = payload;
      decoder->Load({&loaded, 1});
      events += Agrees(*decoder, 0, payload, found);
    }
    // The mutations must leave something to read, and something to refuse.
    EXPECT_GT(events, kMutations / 10u) << level;
    EXPECT_LT(events, kMutations * 9u / 10) << level;
    EXPECT_GT(found, kMutations / 10u) << level;
  }
}

// Payloads are scanned for tokens together if each can be scanned by itself. Then the walk continues from one into the
// next. If one of them cannot be scanned, they are scanned one by one.
TEST(JsonDecoder, AgreesOnEventsThatAreLoadedTogether) {
  std::mt19937 random(kSeed);
  for (const std::string& level : JsonLevels()) {
    auto decoder = MakeJsonDecoder(kPaths, level).value();
    JsonTokens tokens(level);
    Mutator mutator(kSeed, kCorpus);
    size_t events = 0, no_events = 0, found = 0;
    for (int load = 0; load < kMutations / 20 && !HasFailure(); ++load) {
      bool only_scannable = random() % 4 > 0;
      std::vector<std::string> payloads;
      while (payloads.size() < 1 + random() % 30) {
        std::string payload = random() % 50 ? mutator.Next() : "";
        if (!only_scannable || tokens.Scan(payload) || payload.empty()) payloads.push_back(payload);
      }
      decoder->Load(std::vector<std::string_view>(payloads.begin(), payloads.end()));
      for (size_t i = 0; i < payloads.size(); ++i) {
        if (random() % 8 == 0) continue;  // a record that is delivered twice is not decoded
        bool is_event = Agrees(*decoder, i, payloads[i], found);
        if (only_scannable) ++(is_event ? events : no_events);
      }
    }
    EXPECT_GT(events, kMutations / 200u) << level;
    EXPECT_GT(no_events, kMutations / 200u) << level;
  }
}

}  // namespace
}  // namespace tally

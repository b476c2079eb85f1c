#include "core/events/json_decoder.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "core/base/check.h"
#include "core/base/strings.h"
#include "core/events/field_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/events/decode_one.h"

namespace tally {
namespace {

using testing::HasSubstr;

std::string Describe(const Field& field) {
  constexpr std::string_view kTypes[] = {"missing", "other", "string", "integer", "decimal", "bool", "untyped"};
  std::string_view type = kTypes[static_cast<size_t>(field.type)];
  return field.type <= Field::Type::kNoValue ? std::string(type) : Cat(type, " ", field.text);
}

// The fields as "string mw, integer 5, missing", or "unparsable". Every level must find the same.
std::string Read(std::string_view payload, const std::vector<std::string>& paths) {
  std::string first;
  for (const std::string& level : JsonLevels()) {
    auto decoder = MakeJsonDecoder(paths, level).value();
    std::vector<Field> fields(paths.size());
    std::string result;
    if (!DecodeOne(*decoder, payload, fields)) {
      result = "unparsable";
    } else {
      for (const Field& field : fields) result += (result.empty() ? "" : ", ") + Describe(field);
    }
    if (first.empty()) first = result;
    EXPECT_EQ(result, first) << "level " << level;
  }
  return first;
}

// The value of the field "v" in an event of nothing else.
std::string Value(std::string_view json) { return Read(Cat("{\"v\":", json, "}"), {"v"}); }

bool IsEvent(std::string_view payload) { return Read(payload, {"v"}) != "unparsable"; }

std::string Nested(size_t depth) { return "{\"v\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}"; }

TEST(JsonDecoder, HasALevelThatRunsAnywhere) { EXPECT_EQ(JsonLevels().back(), "portable"); }

TEST(JsonDecoder, FindsTheFieldsInTheRequestedOrder) {
  EXPECT_EQ(Read(R"({"time":1307284245123,"game":"mw","call":"login"})", {"call", "time"}),
            "string login, integer 1307284245123");
}

TEST(JsonDecoder, FindsKeysInAnyOrder) {
  EXPECT_EQ(Read(R"({"b":2,"a":1})", {"a", "b"}), Read(R"({"a":1,"b":2})", {"a", "b"}));
}

TEST(JsonDecoder, LeavesAFieldThatIsNotThereMissing) {
  EXPECT_EQ(Read(R"({"game":"mw"})", {"game", "call"}), "string mw, missing");
  EXPECT_EQ(Read("{}", {"game"}), "missing");
}

TEST(JsonDecoder, ForgetsTheFieldsOfTheEventBefore) {
  auto decoder = MakeJsonDecoder({"v"}, JsonLevels().front()).value();
  std::vector<Field> fields(1);
  ASSERT_TRUE(DecodeOne(*decoder, R"({"v":1})", fields));
  ASSERT_TRUE(DecodeOne(*decoder, R"({"w":1})", fields));
  EXPECT_EQ(fields[0].type, Field::Type::kMissing);
}

TEST(JsonDecoder, KnowsIntegersOfAnySizeByTheirText) {
  EXPECT_EQ(Value("0"), "integer 0");
  EXPECT_EQ(Value("-17"), "integer -17");
  EXPECT_EQ(Value("9007199254740993"), "integer 9007199254740993");
  EXPECT_EQ(Value("123456789012345678901234567890"), "integer 123456789012345678901234567890");
}

TEST(JsonDecoder, ReadsMinusZeroAsZero) { EXPECT_EQ(Value("-0"), "integer 0"); }

TEST(JsonDecoder, KeepsANumberWithFractionOrExponentAsItWasWritten) {
  EXPECT_EQ(Value("1.0"), "decimal 1.0");
  EXPECT_EQ(Value("1e3"), "decimal 1e3");
  EXPECT_EQ(Value("-0.10E-07"), "decimal -0.10E-07");
}

TEST(JsonDecoder, ReadsBooleans) {
  EXPECT_EQ(Value("true"), "bool true");
  EXPECT_EQ(Value(" false "), "bool false");
}

TEST(JsonDecoder, TakesNullForMissingButNotANestedValue) {
  EXPECT_EQ(Value("null"), "missing");
  EXPECT_EQ(Value(R"({"v":1})"), "other");
  EXPECT_EQ(Value("[1]"), "other");
}

TEST(JsonDecoder, DecodesEscapes) {
  EXPECT_EQ(Value(R"("\"\\\/\b\f\n\r\t")"), "string \"\\/\b\f\n\r\t");
  EXPECT_EQ(Value(R"("caf\u00e9 \u20AC")"), "string caf\xc3\xa9 \xe2\x82\xac");
  EXPECT_EQ(Value(R"("\ud83d\ude00")"), "string \xf0\x9f\x98\x80");
}

TEST(JsonDecoder, TakesAStringWithABrokenEscapeForMissing) {
  for (std::string_view json : {R"("\x41")", R"("\u12")", R"("\u12g4")", R"("\ud83d")", R"("\ud83d\u0041")",
                                R"("\ude00")", R"("\ud83d\ud83d")"}) {
    EXPECT_EQ(Value(json), "other") << json;
  }
}

TEST(JsonDecoder, IgnoresABrokenEscapeInAStringThatIsNotRequested) {
  EXPECT_EQ(Read(R"({"w":"\x","\x":1,"v":2})", {"v"}), "integer 2");
}

TEST(JsonDecoder, FindsAKeyThatIsWrittenWithEscapes) {
  EXPECT_EQ(Read(R"({"g\u0061me":"mw"})", {"game"}), "string mw");
  EXPECT_EQ(Read(R"({"a\nb":1})", {"a\\nb", "a\nb"}), "missing, integer 1");
}

TEST(JsonDecoder, CountsTheFirstOfTwoEqualKeysEvenIfItIsNull) {
  EXPECT_EQ(Read(R"({"v":1,"v":2})", {"v"}), "integer 1");
  EXPECT_EQ(Read(R"({"v":null,"v":2})", {"v"}), "missing");
  EXPECT_EQ(Read(R"({"v":1,"\u0076":2})", {"v"}), "integer 1");
  EXPECT_EQ(Read(R"({"u":{"v":1,"v":2},"u":{"v":3,"w":4}})", {"/u/v", "/u/w"}), "integer 1, missing");
}

TEST(JsonDecoder, FollowsAPointerThroughObjectsAndArrays) {
  EXPECT_EQ(Read(R"({"user":{"name":"ann","at":[{"x":1},["a","b"]]}})", {"/user/name", "/user/at/0/x", "/user/at/1/1"}),
            "string ann, integer 1, string b");
}

TEST(JsonDecoder, ReadsDigitsInAPointerAsAKeyWhereTheValueIsAnObject) {
  EXPECT_EQ(Read(R"({"a":{"1":"x","01":"y"},"b":["x","y"]})", {"/a/1", "/a/01", "/b/1"}),
            "string x, string y, string y");
  EXPECT_EQ(Read(R"({"b":["x","y"]})", {"/b/01"}), "missing");
}

TEST(JsonDecoder, MissesAPointerThatLeadsThroughAScalarOrPastTheEnd) {
  EXPECT_EQ(Read(R"({"a":1,"b":[1],"c":null})", {"/a/x", "/b/1", "/b/-", "/c/x"}),
            "missing, missing, missing, missing");
}

TEST(JsonDecoder, FindsAKeyWithASlashOnlyAsAPointer) {
  EXPECT_EQ(Read(R"({"/a":1,"~":2,"a":3})", {"/~1a", "/~0", "/a"}), "integer 1, integer 2, integer 3");
}

TEST(JsonDecoder, GivesAKeyAndThePointerToItTheSameValue) {
  EXPECT_EQ(Read(R"({"u":"x","":"y"})", {"u", "/u", "", "/"}), "string x, string x, string y, string y");
}

TEST(JsonDecoder, FindsThePartBeforeAnErrorInANestedValue) {
  EXPECT_EQ(Read(R"({"u":{"a":1,"b" 2,"c":3},"v":4})", {"/u/a", "/u/b", "/u/c", "v"}),
            "integer 1, missing, missing, integer 4");
}

TEST(JsonDecoder, RefusesAPointerThatTheRfcDoesNotAllow) {
  auto decoder = MakeJsonDecoder({"/a~2b"}, JsonLevels().front());
  EXPECT_THAT(std::string(decoder.status().message()), HasSubstr("'/a~2b': expected ~0 or ~1"));
  EXPECT_FALSE(MakeJsonDecoder({"/a~"}, JsonLevels().front()).ok());
}

TEST(JsonDecoder, RefusesAPointerThatIsDeeperThanAnyEvent) {
  std::string path;
  for (size_t i = 0; i < kJsonDepthMax; ++i) path += "/0";
  EXPECT_TRUE(MakeJsonDecoder({path}, JsonLevels().front()).ok());
  EXPECT_FALSE(MakeJsonDecoder({path + "/0"}, JsonLevels().front()).ok());
}

TEST(JsonDecoder, TakesExactlyOneObject) {
  EXPECT_TRUE(IsEvent(" \t\r\n{ \"a\" : 1 , \"b\" : [ ] } \n"));
  for (std::string_view payload : {"", " ", "[]", "[{}]", "1", "\"{}\"", "null", "{}{}", "{} x", "{}]", "x{}", "{", "}",
                                   "\xef\xbb\xbf{}", "{},", "{\"a\":1}\"", "{{}}"}) {
    EXPECT_FALSE(IsEvent(payload)) << payload;
  }
  EXPECT_FALSE(IsEvent(std::string_view("{}\0", 3)));
}

TEST(JsonDecoder, IsStrictAtTheTopLevelAlsoForFieldsThatAreNotRequested) {
  for (std::string_view members :
       {"\"a\"",    "\"a\":",           "\"a\" 1",   "\"a\":1,",         ",",           "\"a\":1 \"b\":2", "a:1",
        "1:1",      "\"a\":1,,\"b\":2", "\"a\"::1",  "\"a\":tru",        "\"a\":True",  "\"a\":truex",     "\"a\":nul",
        "\"a\":01", "\"a\":+1",         "\"a\":.5",  "\"a\":1.",         "\"a\":1e",    "\"a\":1e+",       "\"a\":-",
        "\"a\":1x", "\"a\":0x1",        "\"a\":NaN", "\"a\":1\"\"",      "\"a\":\"\"1", "\"a\":'b'",       "\"a\":}",
        "\"a\":]",  "\"a\":1]",         "\"a\":[1}", "\"a\":{\"b\":[}]", "\"a\":[",     "\"a\":1 /**/"}) {
    EXPECT_FALSE(IsEvent(Cat("{", members, "}"))) << members;
  }
}

TEST(JsonDecoder, RequiresOnlyBalancedBracketsOfANestedValue) {
  EXPECT_EQ(Read(R"({"a":[1 2,,tru:{:},"]}",x],"v":1})", {"v"}), "integer 1");
  EXPECT_EQ(Read(R"({"a":{"v":2,},"v":1})", {"v"}), "integer 1");
}

TEST(JsonDecoder, RefusesBytesThatNoJsonHasOutsideOfStrings) {
  for (std::string_view nested : {"[\x01]", "[\x0c]", "[\x1a]", "[\x7f]", "[\xc3\xa9]", "[\\]", "[\\\"]", "[1\"]\"]"}) {
    EXPECT_FALSE(IsEvent(Cat("{\"a\":", nested, "}"))) << nested;
  }
}

TEST(JsonDecoder, RefusesStringsThatAreOpenOrHoldControlCharactersOrBrokenUtf8) {
  for (std::string_view json : {"\"", "\"\\\"", "\"\n\"", "\"\x01\"", "\"\\\x01\"", "\"\xff\"", "\"\xc3\"",
                                "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\""}) {
    EXPECT_EQ(Value(json), "unparsable") << json;
    EXPECT_EQ(Value(Cat("[", json, "]")), "unparsable") << json;
  }
  EXPECT_EQ(Value("\"\x7f \xe2\x82\xac\""), "string \x7f \xe2\x82\xac");
}

TEST(JsonDecoder, TakesNestingUpToItsLimit) {
  EXPECT_TRUE(IsEvent(Nested(kJsonDepthMax)));
  EXPECT_FALSE(IsEvent(Nested(kJsonDepthMax + 1)));
  EXPECT_FALSE(IsEvent(Nested(100'000)));
}

TEST(JsonDecoder, TakesPayloadsUpToTheirLimit) {
  std::string event = R"({"v":1})";
  event.resize(kPayloadMax, ' ');
  EXPECT_EQ(Read(event, {"v"}), "integer 1");
  event += ' ';
  EXPECT_EQ(Read(event, {"v"}), "unparsable");
}

TEST(JsonDecoder, ReadsSmallEventsAfterALargeOne) {
  for (const std::string& level : JsonLevels()) {
    auto decoder = MakeJsonDecoder({"v"}, level).value();
    std::vector<Field> fields(1);
    for (size_t size : {10u, 1'000'000u, 10u, 70'000u}) {
      std::string event = Cat("{\"v\":\"\\n", std::string(size, 'x'), "\"}");
      ASSERT_TRUE(DecodeOne(*decoder, event, fields)) << level;
      EXPECT_EQ(fields[0].text.size(), size + 1) << level;
    }
  }
}

// Three pages. Only the middle one is accessible.
class GuardedPage {
 public:
  GuardedPage() : size_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
    void* pages = mmap(nullptr, 3 * size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    TALLY_CHECK(pages != MAP_FAILED);
    pages_ = static_cast<char*>(pages);
    TALLY_CHECK(mprotect(pages_ + size_, size_, PROT_READ | PROT_WRITE) == 0);
  }
  ~GuardedPage() { munmap(pages_, 3 * size_); }

  std::string_view AtItsBeginning(std::string_view text) { return Put(pages_ + size_, text); }
  std::string_view AtItsEnd(std::string_view text) { return Put(pages_ + 2 * size_ - text.size(), text); }

 private:
  static std::string_view Put(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return {at, text.size()};
  }

  size_t size_;
  char* pages_;
};

TEST(JsonDecoder, ReadsNoByteBeforeOrAfterThePayload) {
  GuardedPage page;
  std::string event =
      R"({"time":1307284245123,"v":"caf\u00e9","w":[1,{"x":"\"y"},-12.5e3],"u":{"a":"b"},"n":null,"t":true,)"
      R"("long":"and a string that reaches over the end of the block it began in, for good measure","k":9})";
  for (const std::string& level : JsonLevels()) {
    auto decoder = MakeJsonDecoder({"v", "/w/1/x", "/u/a"}, level).value();
    std::vector<Field> fields(3);
    for (size_t size = 0; size <= event.size(); ++size) {
      std::string cut = event.substr(0, size);
      std::string closed = cut + "}";
      for (const std::string& payload : {cut, closed, cut + "\"", cut + "\xe2\x82", cut + "\\"}) {
        DecodeOne(*decoder, page.AtItsBeginning(payload), fields);
        DecodeOne(*decoder, page.AtItsEnd(payload), fields);
      }
    }
    EXPECT_TRUE(DecodeOne(*decoder, page.AtItsEnd(event), fields));
  }
}

TEST(JsonDecoder, SkipsThePrefixOfASchemaRegistry) {
  const std::string_view object = R"({"time":1})";
  const auto decoder = MakeJsonDecoder({"time"}, JsonLevels().front()).value();
  Field field;
  auto decodes = [&](std::string_view prefix) { return DecodeOne(*decoder, Cat(prefix, object), {&field, 1}); };
  EXPECT_TRUE(decodes(std::string_view("\0\0\0\0\7", 5)));
  EXPECT_EQ(field.text, "1");
  EXPECT_TRUE(decodes(std::string_view("\0{\"\xff\n", 5)));
  EXPECT_TRUE(decodes(std::string_view("\0\0\0\0\7 ", 6)));
  EXPECT_FALSE(decodes(std::string_view("\0\0\0\7", 4)));
  EXPECT_FALSE(decodes(std::string_view("\1\0\0\0\7", 5)));
  EXPECT_FALSE(decodes(std::string_view("\0\0\0\0\7\0\0\0\0\7", 10)));
}

}  // namespace
}  // namespace tally

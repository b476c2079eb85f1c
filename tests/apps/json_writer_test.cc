#include "apps/json_writer.h"

#include <cstdint>
#include <limits>
#include <string>

#include "gtest/gtest.h"

namespace tally {
namespace {

template <typename T>
std::string Json(const T& value) {
  std::string out;
  JsonWriter(out).Value(value);
  return out;
}

TEST(JsonWriter, PutsTheCommas) {
  std::string out;
  JsonWriter json(out);
  json.BeginObject().Member("status", "success").Key("data").BeginArray().Value(1).Value("mw").EndArray().EndObject();
  EXPECT_EQ(out, R"({"status":"success","data":[1,"mw"]})");
}

TEST(JsonWriter, KeepsIntegersExact) {
  EXPECT_EQ(Json(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(Json(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
}

TEST(JsonWriter, TellsBoolsTextsAndNumbersApart) {
  EXPECT_EQ(Json(true), "true");
  EXPECT_EQ(Json("true"), R"("true")");
  EXPECT_EQ(Json(std::string("1")), R"("1")");
  EXPECT_EQ(Json(0.1), "0.1");
}

TEST(JsonWriter, HasNullForWhatIsNoNumber) {
  EXPECT_EQ(Json(std::numeric_limits<double>::quiet_NaN()), "null");
  EXPECT_EQ(Json(-std::numeric_limits<double>::infinity()), "null");
}

TEST(JsonWriter, EscapesText) {
  EXPECT_EQ(Json(std::string("a\"b\\c\n\0", 7)), R"("a\"b\\c\n\u0000")");
  EXPECT_EQ(Json("pu\xc3\xb1o"), "\"pu\xc3\xb1o\"");
}

TEST(JsonWriter, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(Json("a\xff"
                 "b\xc3"),
            "\"a\xef\xbf\xbd"
            "b\xef\xbf\xbd\"");
  EXPECT_EQ(Json("\xff\xfe"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");
}

TEST(JsonWriter, GoesOnAfterItsStringWasTaken) {
  std::string out;
  JsonWriter json(out);
  json.BeginArray().Value(1);
  out.clear();
  json.NewLine().Value(2).EndArray();
  EXPECT_EQ(out, "\n,2]");
}

}  // namespace
}  // namespace tally

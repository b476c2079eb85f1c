#include "apps/server/http_route.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/base/strings.h"
#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// Answers with its request: `argument|name=value name=value`.
HttpResponse Echo(const HttpContext&, const HttpRequest& request) {
  std::string text = request.argument;
  for (const auto& [name, value] : request.parameters.all()) {
    text += Cat(text.empty() || text.back() != '|' ? "|" : "", name, "=", value);
  }
  return {200, text};
}

constexpr HttpRoute kRoutes[] = {
    {"/open", kHttpGet, Echo, HttpAccess::kOpen},
    {"/both", kHttpGet | kHttpPost, Echo},
    {"/form", kHttpPost, Echo},
    {"/report/*", kHttpGet, Echo},
    {"/label/*/values", kHttpGet, Echo},
};

class HttpRoutesTest : public testing::Test {
 protected:
  HttpResponse Ask(HttpRequest request) {
    return AnswerHttp(std::move(request), kRoutes, {slices_, clock_, status_, password_});
  }
  HttpResponse Get(std::string_view target) { return Ask({.method = "GET", .target = target}); }
  HttpResponse Post(std::string_view target, std::string_view body,
                    std::string_view type = "application/x-www-form-urlencoded") {
    return Ask({.method = "POST", .target = target, .content_type = type, .body = body});
  }

  Counters counters_{Compiled({StatsMetric()}), {}};
  const Counters* const slices_[1] = {&counters_};
  FakeClock clock_{TimeAt("14:30")};
  SomeStatus status_;
  Password password_;
};

TEST_F(HttpRoutesTest, MatchAWholePath) {
  EXPECT_EQ(Get("/both").code, 200u);
  for (const char* path : {"/bot", "/both/", "/bothh", "//both", "/", "/BOTH"}) EXPECT_EQ(Get(path).code, 404u) << path;
  EXPECT_EQ(Get("/x").body, "expected one of /open, /both, /form, /report/*, /label/*/values\n");
}

TEST_F(HttpRoutesTest, MatchOneSegmentByAStar) {
  EXPECT_EQ(Get("/report/daily").body, "daily");
  EXPECT_EQ(Get("/report/a%20b%2Fc+d").body, "a b/c+d");
  EXPECT_EQ(Get("/label/game/values").body, "game");
  for (const char* path :
       {"/report/", "/report", "/report/a/b", "/label//values", "/label/values", "/label/a/b/values"}) {
    EXPECT_EQ(Get(path).code, 404u) << path;
  }
}

TEST_F(HttpRoutesTest, DecodeTheQuery) {
  EXPECT_EQ(Get("/both?a=1&b=x%3Dy+z&a=").body, "|a=1|b=x=y z|a=");
  EXPECT_EQ(Get("/both?&&flag&").body, "|flag=");
  EXPECT_EQ(Get("/both?").body, "");
  EXPECT_EQ(Get("/report/daily?day=today").body, "daily|day=today");
}

TEST_F(HttpRoutesTest, DecodeAFormAfterTheQuery) {
  EXPECT_EQ(Post("/both?time=1", "query=up%7B%7D").body, "|time=1|query=up{}");
  EXPECT_EQ(Post("/form", "a=1", "Application/X-WWW-Form-URLEncoded; charset=utf-8").body, "|a=1");
  EXPECT_EQ(Post("/form", "a=1", "application/json").body, "");
  EXPECT_EQ(Post("/form", "a=1", "").body, "");
}

TEST_F(HttpRoutesTest, IgnoreTheBodyOfAnotherMethod) {
  for (const char* method : {"GET", "HEAD"}) {
    HttpResponse response = Ask({.method = method,
                                 .target = "/open?a=1",
                                 .content_type = "application/x-www-form-urlencoded",
                                 .body = "b=2&c=%"});
    EXPECT_EQ(response.code, 200u);
    EXPECT_EQ(response.body, "|a=1") << method;
  }
}

TEST_F(HttpRoutesTest, RefuseTooManyParameters) {
  auto parameters = [](size_t n) {
    std::string all;
    for (size_t i = 0; i < n; ++i) all += "a&";
    return all;
  };
  EXPECT_EQ(Get("/both?" + parameters(HttpParameters::kCountMax)).code, 200u);
  EXPECT_EQ(Get("/both?" + parameters(HttpParameters::kCountMax + 1)).code, 400u);
  EXPECT_EQ(Post("/both?a", parameters(HttpParameters::kCountMax - 1)).code, 200u);
  EXPECT_EQ(Post("/both?a", parameters(HttpParameters::kCountMax)).body, "expected at most 256 parameters\n");
}

TEST_F(HttpRoutesTest, RefuseABrokenEncoding) {
  for (const char* target : {"/both?a=%", "/both?a=%4", "/both?%zz=1", "/report/%", "/report/%f", "/report/%+1"}) {
    EXPECT_EQ(Get(target).code, 400u) << target;
  }
  EXPECT_EQ(Post("/form", "a=%4g").code, 400u);
}

TEST_F(HttpRoutesTest, AnswerTargetsInAbsoluteForm) {
  EXPECT_EQ(Get("http://node:7879/report/daily?a=1").body, "daily|a=1");
  EXPECT_EQ(Get("HTTPS://node/both").code, 200u);
  for (const char* target : {"http://node", "http://node?a=1", "http://"}) EXPECT_EQ(Get(target).code, 404u) << target;
  for (const char* target : {"both", "*", "", "ftp://node/both", "node:7879"})
    EXPECT_EQ(Get(target).code, 400u) << target;
}

TEST_F(HttpRoutesTest, NameTheMethodsOfAPath) {
  HttpResponse response = Ask({.method = "DELETE", .target = "/both"});
  EXPECT_EQ(response.code, 405u);
  EXPECT_EQ(response.body, "expected GET, HEAD, POST, got DELETE\n");
  EXPECT_THAT(response.headers, ElementsAre(Pair("Allow", "GET, HEAD, POST")));
  EXPECT_THAT(Post("/open", "").headers, ElementsAre(Pair("Allow", "GET, HEAD")));
  EXPECT_THAT(Get("/form").headers, ElementsAre(Pair("Allow", "POST")));
  EXPECT_EQ(Ask({.method = "HEAD", .target = "/form"}).code, 405u);
  EXPECT_EQ(Ask({.method = "HEAD", .target = "/both"}).code, 200u);
  EXPECT_EQ(Ask({.method = "get", .target = "/both"}).code, 405u);
  EXPECT_THAT(Get("/both").headers, IsEmpty());
}

TEST_F(HttpRoutesTest, NeedThePassword) {
  password_ = Password("hunter2");
  auto code = [&](std::string_view target, std::string_view authorization) {
    return Ask({.method = "GET", .target = target, .authorization = authorization}).code;
  };
  EXPECT_EQ(code("/open", ""), 200u);
  for (const char* target : {"/both", "/report/x", "/nothing"}) EXPECT_EQ(code(target, ""), 401u) << target;
  EXPECT_EQ(code("/both", "Basic YW55Omh1bnRlcjI="), 200u);  // any:hunter2
  EXPECT_EQ(code("/both", "bAsIc Omh1bnRlcjI="), 200u);      // :hunter2
  EXPECT_EQ(code("/both", "Basic YW55Omh1bnRlcjM="), 401u);  // any:hunter3
  EXPECT_EQ(code("/both", "Basic aHVudGVyMg=="), 401u);      // hunter2
  for (const char* wrong : {"Basic", "Basic ", "Basic !", "Bearer hunter2", "hunter2", "Basic YW55Og=="}) {
    EXPECT_EQ(code("/both", wrong), 401u) << wrong;
  }
}

TEST_F(HttpRoutesTest, NeedTheBodyOnlyOfAnAcceptedPost) {
  password_ = Password("hunter2");
  auto needs = [&](std::string_view method, std::string_view target, std::string_view authorization) {
    return HttpNeedsBody({.method = method, .target = target, .authorization = authorization}, kRoutes,
                         {slices_, clock_, status_, password_});
  };
  constexpr std::string_view kRight = "Basic Omh1bnRlcjI=";  // :hunter2
  EXPECT_TRUE(needs("POST", "/form", kRight));
  EXPECT_TRUE(needs("POST", "/both?a=1", kRight));
  EXPECT_FALSE(needs("POST", "/form", ""));
  EXPECT_FALSE(needs("POST", "/report/x", kRight));
  EXPECT_FALSE(needs("POST", "/nothing", kRight));
  EXPECT_FALSE(needs("POST", "form", kRight));
  EXPECT_FALSE(needs("GET", "/both", kRight));
  EXPECT_FALSE(needs("GET", "/open", ""));
}

TEST(HttpParameters, FindTheFirstOfAName) {
  HttpParameters parameters;
  ASSERT_TRUE(parameters.Add("a=1&b=2").ok());
  ASSERT_TRUE(parameters.Add("a=3").ok());
  EXPECT_EQ(parameters.First("a"), "1");
  EXPECT_EQ(parameters.First("c"), std::nullopt);
}

// Encodes each byte that needs it, and some that do not.
std::string Encoded(std::string_view text, std::mt19937& random) {
  std::string out;
  for (char c : text) {
    if (c == ' ' && random() % 2 == 0) {
      out += '+';
    } else if ((c >= 'a' && c <= 'z') && random() % 4 != 0) {
      out += c;
    } else {
      constexpr std::string_view kDigits[] = {"0123456789abcdef", "0123456789ABCDEF"};
      const auto byte = static_cast<unsigned char>(c);
      out += Cat("%", kDigits[random() % 2][byte / 16], kDigits[random() % 2][byte % 16]);
    }
  }
  return out;
}

TEST(HttpParameters, KeepAnyText) {
  std::mt19937 random(20110605);
  for (int i = 0; i < 10'000; ++i) {
    auto text = [&] {
      std::string bytes(random() % 5, '\0');
      for (char& c : bytes) c = random() % 2 == 0 ? static_cast<char>(random()) : "ab =&+%?/"[random() % 9];
      return bytes;
    };
    HttpParameters parameters;
    std::string query;
    std::vector<std::pair<std::string, std::string>> expected;
    for (unsigned n = random() % 4; n > 0; --n) {
      expected.emplace_back("a" + text(), text());
      query += Cat(Encoded(expected.back().first, random), "=", Encoded(expected.back().second, random), "&");
    }
    ASSERT_TRUE(parameters.Add(query).ok()) << query;
    ASSERT_EQ(parameters.all(), expected) << query;
  }
}

}  // namespace
}  // namespace tally

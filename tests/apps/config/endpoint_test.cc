#include "apps/config/endpoint.h"

#include <gtest/gtest.h>

namespace tally {
namespace {

void ExpectEndpoint(std::string_view text, std::string_view host, uint16_t port) {
  std::optional<Endpoint> endpoint = ParseEndpoint(text);
  ASSERT_TRUE(endpoint.has_value()) << text;
  EXPECT_EQ(endpoint->host, host);
  EXPECT_EQ(endpoint->port, port);
  EXPECT_EQ(FormatEndpoint(*endpoint), text);
}

TEST(Endpoint, IsAHostAndAPort) {
  ExpectEndpoint("127.0.0.1:7878", "127.0.0.1", 7878);
  ExpectEndpoint("localhost:0", "localhost", 0);
  ExpectEndpoint("a.example.org:65535", "a.example.org", 65535);
}

TEST(Endpoint, PutsAHostWithColonsInBrackets) { ExpectEndpoint("[::1]:7878", "::1", 7878); }

TEST(Endpoint, RefusesAnythingElse) {
  for (const char* text :
       {"", ":", "127.0.0.1", "127.0.0.1:", ":7878", "::1:7878", "[]:1", "[::1]", "[::1:1", "h:65536", "h:-1", "h:+1",
        "h: 1", "h:1 ", "h:0x1", "a b:1", "[[::1]]:1", "h:99999999999999999999"}) {
    EXPECT_FALSE(ParseEndpoint(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseEndpoint(std::string(254, 'a') + ":1").has_value());
}

TEST(Loopback, IsAnAddressThatOnlyThisMachineCanReach) {
  for (const char* host : {"127.0.0.1", "127.255.255.254", "::1", "0:0:0:0:0:0:0:1", "localhost", "LocalHost"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
}

TEST(Loopback, IsNoOtherAddressOrName) {
  for (const char* host : {"0.0.0.0", "128.0.0.1", "192.168.0.127", "::", "::2", "example.org", "localhost.example.org",
                           "127.1", "127.0.0.1.example.org", "*", ""}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

}  // namespace
}  // namespace tally

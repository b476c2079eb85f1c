#include "apps/server/http_peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// Sends `request`; returns all that comes until the server closes.
std::string Exchange(const ServedNode& node, std::string_view request) {
  TestClient client(node.server->http_port());
  client.Send(request);
  std::string answer = client.ReadToEnd();
  EXPECT_TRUE(client.ended());
  return answer;
}

TEST(HttpPeer, AnswersOneRequestAfterAnother) {
  ServedNode node;
  TestClient client(node.server->http_port());
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("ok\n"),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nContent-Length: 3\r\n")));
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\r\n\r\nok\n")));
}

TEST(HttpPeer, AnswersPipelinedRequests) {
  ServedNode node;
  TestClient client(node.server->http_port());
  client.Send("GET /healthz HTTP/1.1\r\n\r\nGET /readyz HTTP/1.1\r\n\r\n");
  client.ReadUntil("ok\n");
  EXPECT_THAT(client.ReadUntil("ready\n"), HasSubstr("200 OK"));
}

TEST(HttpPeer, ClosesBehindAnAnswerToHttp10) {
  EXPECT_THAT(Exchange(ServedNode(), "GET /healthz HTTP/1.0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.0 200"), EndsWith("ok\n")));
}

TEST(HttpPeer, SendsNoBodyToHead) {
  EXPECT_THAT(Exchange(ServedNode(), "HEAD /healthz HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 3\r\n"), EndsWith("\r\n\r\n")));
}

TEST(HttpPeer, SaysWhichMethodsThereAre) {
  EXPECT_THAT(Exchange(ServedNode(), "DELETE /metrics HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr(" 405 "), HasSubstr("Allow: GET, HEAD")));
}

TEST(HttpPeer, IsNotReadyBeforeTheNodeIs) {
  NodeStatus status;
  status.not_ready = "no assignment yet";
  ServedNode node({}, 0, status);
  EXPECT_THAT(Exchange(node, "GET /readyz HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr(" 503 "), EndsWith("\r\n\r\nnot ready: no assignment yet\n")));
}

TEST(HttpPeer, RefusesALargeHeader) {
  EXPECT_THAT(Exchange(ServedNode(), Cat("GET /healthz HTTP/1.1\r\nCookie: ", std::string(100'000, 'x'), "\r\n\r\n")),
              AllOf(HasSubstr(" 431 "), EndsWith("at most 8192 bytes\n")));
}

TEST(HttpPeer, RefusesALargeBody) {
  std::string body(100'000, 'x');
  EXPECT_THAT(Exchange(ServedNode(), Cat("GET /healthz HTTP/1.1\r\nContent-Length: ", body.size(), "\r\n\r\n", body)),
              AllOf(HasSubstr(" 413 "), EndsWith("at most 1024 bytes\n")));
}

TEST(HttpPeer, RefusesWhatIsNotHttp) {
  EXPECT_THAT(Exchange(ServedNode(), "PING\r\n\r\n"), HasSubstr(" 400 "));
  EXPECT_THAT(Exchange(ServedNode(), std::string("\0\xff\r\n\r\n", 6)), HasSubstr(" 400 "));
}

TEST(HttpPeer, ClosesWithAClientThatGoesInTheMiddle) {
  ServedNode node;
  TestClient client(node.server->http_port());
  client.Send("GET /healthz HTT");
  client.EndSending();
  EXPECT_THAT(client.ReadToEnd(), IsEmpty());
}

TEST(HttpPeer, AnswersAProbeThoughThereAreTooManyClients) {
  ServedNode node({.clients_max = 1});
  TestClient first(node.server->text_port());
  EXPECT_EQ(first.Ask("PING"), "PONG\nEND\n");
  EXPECT_THAT(Exchange(node, "GET /healthz HTTP/1.1\r\n\r\n"), AllOf(HasSubstr("Connection: close"), EndsWith("ok\n")));
}

}  // namespace
}  // namespace tally

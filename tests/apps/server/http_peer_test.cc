#include "apps/server/http_peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// Sends `request`. Returns all bytes until the server closes.
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
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
  client.ReadUntil("ok\n");
  EXPECT_THAT(client.ReadUntil("ready\n"), HasSubstr("200 OK"));
}

TEST(HttpPeer, ClosesAfterAnAnswerToHttp10) {
  EXPECT_THAT(Exchange(ServedNode(), "GET /healthz HTTP/1.0\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.0 200"), EndsWith("ok\n")));
}

TEST(HttpPeer, SendsNoBodyToHead) {
  EXPECT_THAT(Exchange(ServedNode(), "HEAD /healthz HTTP/1.0\r\n\r\n"),
              AllOf(HasSubstr("Content-Length: 3\r\n"), EndsWith("\r\n\r\n")));
}

TEST(HttpPeer, ReportsTheMethodsOfAPath) {
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

constexpr size_t kBodyMax = HttpReader::kBodyBytesMax;

std::string PostWithBody(size_t bytes, std::string_view headers = "") {
  return Cat("POST /metrics HTTP/1.1\r\nHost: x\r\n", headers, "Content-Length: ", bytes, "\r\n\r\n",
             std::string(bytes, 'x'));
}

TEST(HttpPeer, ReadsALargeBodyAndContinues) {
  ServedNode node;
  TestClient client(node.server->http_port());
  client.Send(PostWithBody(kBodyMax));
  EXPECT_THAT(client.ReadUntil("got POST\n"), HasSubstr(" 405 "));
  client.Send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("ok\n"), HasSubstr(" 200 "));
}

TEST(HttpPeer, ReadsAChunkedBody) {
  ServedNode node;
  TestClient client(node.server->http_port());
  client.Send("POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("got POST\n"), HasSubstr(" 405 "));
}

TEST(HttpPeer, RefusesALargerBody) {
  EXPECT_THAT(Exchange(ServedNode(), PostWithBody(kBodyMax + 1)),
              AllOf(HasSubstr(" 413 "), EndsWith("at most 1048576 bytes\n")));
  std::string chunks = "POST /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 17; ++i) chunks += Cat("10000\r\n", std::string(0x10000, 'x'), "\r\n");
  EXPECT_THAT(Exchange(ServedNode(), chunks), HasSubstr(" 413 "));
}

TEST(HttpPeer, AsksForABodyThatTheClientWithholds) {
  ServedNode node;
  TestClient client(node.server->http_port());
  client.Send("POST /metrics HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_THAT(client.ReadUntil("got POST\n"), StartsWith("HTTP/1.1 405 "));
  // A client that does not wait gets no such line.
  client.Send(PostWithBody(3, "Expect: 100-continue\r\n"));
  EXPECT_THAT(client.ReadUntil("got POST\n"), StartsWith("HTTP/1.1 405 "));
}

TEST(HttpPeer, NeedsAHostInHttp11) {
  EXPECT_THAT(Exchange(ServedNode(), "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 400 "), EndsWith("expected one header Host\n")));
  EXPECT_THAT(Exchange(ServedNode(), "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"),
              HasSubstr(" 400 "));
}

TEST(HttpPeer, AnswersARequestInAbsoluteForm) {
  EXPECT_THAT(Exchange(ServedNode(), "GET http://x/healthz HTTP/1.0\r\n\r\n"), EndsWith("\r\n\r\nok\n"));
}

// The parts of a chunked body joined; empty if the framing is wrong or its end is missing.
std::string Unchunked(std::string_view body) {
  std::string all;
  for (;;) {
    const size_t size = std::strtoul(std::string(body.substr(0, 16)).c_str(), nullptr, 16);
    body.remove_prefix(std::min(body.find("\r\n"), body.size() - 2) + 2);
    if (body.size() < size + 2 || body.substr(size, 2) != "\r\n") return "";
    if (size == 0) return body.size() == 2 ? all : "";
    all += body.substr(0, size);
    body.remove_prefix(size + 2);
  }
}

TEST(HttpPeer, SendsALongPageInChunks) {
  ServedNode node;
  Shard& shard = node.counters.AddShard();
  for (int i = 0; i < 2000; ++i) shard.AddPartition({"dd", i}, {});
  TestClient client(node.server->http_port());
  client.Send("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\r\n\r\n"), AllOf(HasSubstr("Transfer-Encoding: chunked"), Not(HasSubstr("Length:"))));
  const std::string page = Unchunked(client.ReadUntil("\r\n0\r\n\r\n"));
  EXPECT_THAT(page, AllOf(HasSubstr("tallyd_next_offset{topic=\"dd\",partition=\"1999\"} 0\n"),
                          HasSubstr("\ntallyd_partitions 2001\n"), EndsWith("\n")));
  // HTTP/1.0 has no chunks: the end of the connection is the end of the page.
  const std::string old = Exchange(node, "GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_THAT(old,
              AllOf(StartsWith("HTTP/1.0 200"), HasSubstr("\ntallyd_partitions 2001\n"), Not(HasSubstr("chunked"))));
  // HEAD has the same header, and no body.
  client.Send("HEAD /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.ReadToEnd(), AllOf(HasSubstr("Transfer-Encoding: chunked"), EndsWith("\r\n\r\n")));
}

TEST(HttpPeer, RefusesWhatIsNotHttp) {
  EXPECT_THAT(Exchange(ServedNode(), "PING\r\n\r\n"), HasSubstr(" 400 "));
  EXPECT_THAT(Exchange(ServedNode(), std::string("\0\xff\r\n\r\n", 6)), HasSubstr(" 400 "));
}

TEST(HttpPeer, ClosesIfTheClientLeavesInTheMiddle) {
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
  EXPECT_THAT(Exchange(node, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"),
              AllOf(HasSubstr("Connection: close"), EndsWith("ok\n")));
}

}  // namespace
}  // namespace tally

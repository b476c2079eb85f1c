#include "apps/server/http_peer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdlib>
#include <thread>

#include "apps/server/listener.h"
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
std::string Exchange(uint16_t port, std::string_view request) {
  TestClient client(port);
  client.Send(request);
  std::string answer = client.ReadToEnd();
  EXPECT_TRUE(client.ended());
  return answer;
}
std::string Exchange(const ServedNode& node, std::string_view request) {
  return Exchange(node.server->http_port(), request);
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

HttpResponse AnswerSize(const HttpContext&, const HttpRequest& request) {
  return {200, Cat(request.body.size(), " bytes\n")};
}

constexpr HttpRoute kForms[] = {{"/form", kHttpPost, AnswerSize}, {"/open", kHttpGet, AnswerSize, HttpAccess::kOpen}};

// What peers with the routes of kForms need.
struct Forms {
  explicit Forms(std::string_view password_text = "") : password(std::string(password_text)) {}

  const Counters counters{Compiled({StatsMetric()}), {}};
  const Counters* const slices[1] = {&counters};
  FakeClock clock{TimeAt("14:30")};
  SomeStatus status;
  const Password password;
  boost::asio::io_context loop;
  Peers peers{/*clients_max=*/10};
  const HttpPeer::Context context{{slices, clock, status, password}, kForms, peers};
};

// A port that answers by the routes of kForms.
class FormPort {
 public:
  explicit FormPort(std::string_view password = "") : forms_(password) {
    TALLY_CHECK(listener_.Bind({"127.0.0.1", 0}).ok());
    listener_.Start();
    thread_ = std::thread([this] { forms_.loop.run(); });
  }
  ~FormPort() {
    boost::asio::post(forms_.loop, [this] {
      listener_.Close();
      forms_.peers.CloseAll();
    });
    thread_.join();
  }

  uint16_t port() const { return listener_.port(); }

 private:
  Forms forms_;
  Listener listener_{forms_.loop, forms_.peers, Peers::Port::kHttp,
                     [this](std::unique_ptr<Stream> stream, bool over) -> std::shared_ptr<Peer> {
                       return std::make_shared<HttpPeer>(std::move(stream), forms_.context, over);
                     }};
  std::thread thread_;
};

std::string PostWithBody(size_t bytes, std::string_view headers = "") {
  return Cat("POST /form HTTP/1.1\r\nHost: x\r\n", headers, "Content-Length: ", bytes, "\r\n\r\n",
             std::string(bytes, 'x'));
}

TEST(HttpPeer, ReadsALargeBodyAndContinues) {
  FormPort forms;
  TestClient client(forms.port());
  client.Send(PostWithBody(kBodyMax));
  EXPECT_THAT(client.ReadUntil("1048576 bytes\n"), HasSubstr(" 200 "));
  client.Send("GET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("\n0 bytes\n"), HasSubstr(" 200 "));
}

TEST(HttpPeer, ReadsAChunkedBody) {
  FormPort forms;
  TestClient client(forms.port());
  client.Send("POST /form HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("3 bytes\n"), HasSubstr(" 200 "));
}

TEST(HttpPeer, RefusesALargerBody) {
  FormPort forms;
  EXPECT_THAT(Exchange(forms.port(), PostWithBody(kBodyMax + 1)),
              AllOf(HasSubstr(" 413 "), EndsWith("at most 1048576 bytes\n")));
  std::string chunks = "POST /form HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 17; ++i) chunks += Cat("10000\r\n", std::string(0x10000, 'x'), "\r\n");
  EXPECT_THAT(Exchange(forms.port(), chunks), HasSubstr(" 413 "));
}

// The client sends no byte of the body, or all of it: it gets the response, and the connection is closed.
TEST(HttpPeer, RefusesARequestBeforeItsBody) {
  FormPort forms("hunter2");
  auto answer = [&](std::string_view request, std::string_view headers, std::string_view body) {
    return Exchange(forms.port(), Cat(request, " HTTP/1.1\r\nHost: x\r\n", headers, "Content-Length: ", kBodyMax,
                                      "\r\nExpect: 100-continue\r\n\r\n", body));
  };
  constexpr std::string_view kPassword = "Authorization: Basic YW55Omh1bnRlcjI=\r\n";  // any:hunter2
  for (const std::string& body : {std::string(), std::string(kBodyMax, 'x')}) {
    EXPECT_THAT(answer("POST /form", "", body), StartsWith("HTTP/1.1 401 "));
    EXPECT_THAT(answer("POST /nothing", kPassword, body), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(answer("PUT /form", kPassword, body), StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(answer("POST form", kPassword, body), StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answer("GET /open", "", body),  // not a refusal, but it needs no body
                AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Connection: close"), EndsWith("\n0 bytes\n")));
  }
}

// If the connection were closed at once, the client could not send the rest, and might lose the response.
TEST(HttpPeer, DiscardsWhatTheClientSendsAfterTheLastResponse) {
  FormPort forms;
  TestClient client(forms.port());
  client.Send("PUT /form HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_TRUE(client.Send(std::string(32 << 20, 'x')));  // more than the buffers of both sockets
  EXPECT_THAT(client.ReadToEnd(), StartsWith("HTTP/1.1 405 "));
  EXPECT_TRUE(client.ended());
}

TEST(HttpPeer, ContinuesAfterARefusalWithoutABody) {
  FormPort forms("hunter2");
  TestClient client(forms.port());
  client.Send("POST /form HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nGET /open HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("authentication\n"), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(client.ReadUntil("\n0 bytes\n"), StartsWith("HTTP/1.1 200 "));
}

TEST(HttpPeer, AsksForABodyThatTheClientWithholds) {
  FormPort forms;
  TestClient client(forms.port());
  client.Send("POST /form HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.ReadUntil("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.Send("abc");
  EXPECT_THAT(client.ReadUntil("3 bytes\n"), StartsWith("HTTP/1.1 200 "));
  // A client that does not wait gets no such line.
  client.Send(PostWithBody(3, "Expect: 100-continue\r\n"));
  EXPECT_THAT(client.ReadUntil("3 bytes\n"), StartsWith("HTTP/1.1 200 "));
}

// A transport that takes the peer's bytes only when the test says so.
class SlowStream : public Stream {
 public:
  explicit SlowStream(boost::asio::io_context& loop) : loop_(loop) {}

  void ReadSome(boost::asio::mutable_buffer room, ReadDone done) override {
    room_ = room;
    read_done_ = std::move(done);
  }
  bool Write(std::string_view bytes, WriteDone done) override {
    written_ += bytes;
    write_done_ = std::move(done);
    return false;
  }
  void CancelRead() override {}
  void EndWriting() override {}
  void Close() override { open_ = false; }
  bool is_open() const override { return open_; }
  bool HasPeerGone() override { return false; }
  std::string peer() const override { return ""; }
  boost::asio::any_io_executor executor() override { return loop_.get_executor(); }

  const std::string& written() const { return written_; }
  bool reads() const { return read_done_ != nullptr; }
  bool writes() const { return write_done_ != nullptr; }
  void EndRead(std::string_view bytes) {
    std::copy(bytes.begin(), bytes.end(), static_cast<char*>(room_.data()));
    std::exchange(read_done_, nullptr)({}, bytes.size());
  }
  void EndWrite(Error error = {}) { std::exchange(write_done_, nullptr)(error); }

 private:
  boost::asio::io_context& loop_;
  bool open_ = true;
  std::string written_;
  boost::asio::mutable_buffer room_;
  ReadDone read_done_;
  WriteDone write_done_;
};

class SlowHttpPeer : public testing::Test {
 protected:
  void SetUp() override {
    auto stream = std::make_unique<SlowStream>(forms_.loop);
    stream_ = stream.get();
    auto peer = std::make_shared<HttpPeer>(std::move(stream), forms_.context, /*over=*/false);
    peer_ = peer;
    forms_.peers.Add(peer, Peers::Port::kHttp, Peers::Admission::kWithin);
    peer->Start();
    stream_->EndRead("POST /form HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  }

  Forms forms_;
  SlowStream* stream_ = nullptr;
  std::weak_ptr<Peer> peer_;
};

TEST_F(SlowHttpPeer, ReadsTheBodyOnceTheClientHasTakenTheRequestForIt) {
  ASSERT_FALSE(peer_.expired());
  ASSERT_TRUE(stream_->writes());
  EXPECT_FALSE(stream_->reads());
  stream_->EndWrite();
  ASSERT_TRUE(stream_->reads());
  stream_->EndRead("abc");
  EXPECT_THAT(stream_->written(),
              AllOf(StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"), EndsWith("\n3 bytes\n")));
  forms_.peers.CloseAll();
  stream_->EndWrite(boost::asio::error::operation_aborted);
  EXPECT_TRUE(peer_.expired());
}

TEST_F(SlowHttpPeer, LivesUntilTheRequestForTheBodyIsWritten) {
  forms_.peers.CloseAll();
  ASSERT_FALSE(peer_.expired());
  stream_->EndWrite(boost::asio::error::operation_aborted);
  EXPECT_TRUE(peer_.expired());
}

TEST(HttpPeer, NeedsAHostInHttp11) {
  EXPECT_THAT(Exchange(ServedNode(), "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"),
              AllOf(StartsWith("HTTP/1.1 400 "), EndsWith("expected one header Host\n")));
  EXPECT_THAT(Exchange(ServedNode(), "GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"),
              HasSubstr(" 400 "));
}

TEST(HttpPeer, AnswersARequestInAbsoluteForm) {
  EXPECT_THAT(Exchange(ServedNode(), "GET http://x/healthz HTTP/1.0\r\n\r\n"), EndsWith("\r\n\r\nok\n"));
  EXPECT_THAT(Exchange(ServedNode(), "GET HTTP://x:1/healthz HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n"),
              EndsWith("\r\n\r\nok\n"));
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

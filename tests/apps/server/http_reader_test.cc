#include "apps/server/http_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/base/strings.h"

namespace tally {
namespace {

using State = HttpReader::State;

class HttpReaderTest : public testing::Test {
 protected:
  // Reads past the header.
  State Feed(std::string_view bytes) {
    const State state = FeedOnce(bytes);
    return state == State::kHeader ? reader_.Read(input_) : state;
  }
  State FeedOnce(std::string_view bytes) {
    std::copy(bytes.begin(), bytes.end(), static_cast<char*>(input_.prepare(bytes.size()).data()));
    input_.commit(bytes.size());
    return reader_.Read(input_);
  }

  boost::beast::flat_buffer input_;
  HttpReader reader_;
};

constexpr std::string_view kForm =
    "POST /a?b=c HTTP/1.1\r\nHost: x\r\nAuthorization: Basic Og==\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=1";

TEST_F(HttpReaderTest, ReadsARequestInAnyTwoPieces) {
  for (size_t i = 1; i < kForm.size(); ++i) {
    reader_.Reset();
    ASSERT_EQ(Feed(kForm.substr(0, i)), State::kNeedMore) << i;
    ASSERT_EQ(Feed(kForm.substr(i)), State::kWhole) << i;
    const HttpRequest request = reader_.request();
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.target, "/a?b=c");
    EXPECT_EQ(request.authorization, "Basic Og==");
    EXPECT_EQ(request.content_type, "application/x-www-form-urlencoded");
    EXPECT_EQ(request.body, "a=1");
  }
}

TEST_F(HttpReaderTest, ReadsAChunkedBodyByteByByte) {
  for (std::string_view chunks :
       {"0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "1;x=y\r\na\r\n2\r\nbc\r\n00\r\nA: b\r\n\r\n"}) {
    reader_.Reset();
    const std::string request = Cat("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", chunks);
    for (size_t i = 0; i + 1 < request.size(); ++i) ASSERT_EQ(Feed(request.substr(i, 1)), State::kNeedMore) << i;
    EXPECT_EQ(Feed("\n"), State::kWhole);
    EXPECT_EQ(reader_.request().body, chunks.size() > 5 ? "abc" : "");
  }
}

TEST_F(HttpReaderTest, LeavesTheNextRequestInTheInput) {
  EXPECT_EQ(Feed(Cat(kForm, "GET /b HTTP/1.0\r\n\r\n")), State::kWhole);
  EXPECT_TRUE(reader_.keep_alive());
  reader_.Reset();
  EXPECT_EQ(Feed(""), State::kWhole);
  EXPECT_EQ(reader_.request().target, "/b");
  EXPECT_FALSE(reader_.is_http11());
  EXPECT_FALSE(reader_.keep_alive());
  EXPECT_EQ(input_.size(), 0u);
}

TEST_F(HttpReaderTest, ReportsTheHeaderOnceBeforeTheBody) {
  constexpr size_t kHeaderBytes = kForm.size() - 3;
  for (size_t bytes = kHeaderBytes; bytes <= kForm.size(); ++bytes) {
    reader_.Reset();
    EXPECT_EQ(FeedOnce(kForm.substr(0, kHeaderBytes - 1)), State::kNeedMore);
    EXPECT_EQ(FeedOnce(kForm.substr(kHeaderBytes - 1, bytes - kHeaderBytes + 1)), State::kHeader);
    EXPECT_EQ(reader_.request().target, "/a?b=c");
    EXPECT_EQ(reader_.request().body, "");
    EXPECT_FALSE(reader_.keep_alive());
    EXPECT_EQ(FeedOnce(kForm.substr(bytes)), State::kWhole);
    EXPECT_TRUE(reader_.keep_alive());
  }
}

TEST_F(HttpReaderTest, ReportsThatTheClientWaitsToSendTheBody) {
  auto waits = [&](std::string_view version, std::string_view headers) {
    reader_.Reset();
    EXPECT_EQ(FeedOnce(Cat("POST / HTTP/", version, "\r\nHost: x\r\n", headers, "\r\n")), State::kHeader);
    return reader_.expects_continue();
  };
  EXPECT_TRUE(waits("1.1", "Expect: 100-Continue\r\nContent-Length: 2\r\n"));
  EXPECT_TRUE(waits("1.1", "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_FALSE(waits("1.1", "Content-Length: 2\r\n"));
  EXPECT_FALSE(waits("1.1", "Expect: 100-continue\r\n"));
  EXPECT_FALSE(waits("1.0", "Expect: 100-continue\r\nContent-Length: 2\r\n"));
}

TEST_F(HttpReaderTest, HoldsAboutAsMuchAsItIsSent) {
  FeedOnce(Cat("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ", HttpReader::kBodyBytesMax, "\r\n\r\n"));
  EXPECT_LT(reader_.held_bytes(), 100u);
  EXPECT_EQ(Feed(std::string(100'000, 'x')), State::kNeedMore);
  EXPECT_GE(reader_.held_bytes(), 100'000u);
  reader_.Reset();
  EXPECT_LT(reader_.held_bytes(), 100u);
}

TEST_F(HttpReaderTest, RefusesAChunkHeaderOrTrailersWithoutEnd) {
  for (std::string_view part : {"x", "A: b\r\n"}) {
    for (std::string_view start : {"1;", "0\r\n", "1\r\na\r\n1;", "1\r\na\r\n0\r\n"}) {
      reader_.Reset(), input_.clear();
      State state = Feed(Cat("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", start));
      size_t sent = 0;
      for (; state == State::kNeedMore && sent < 10 * HttpReader::kHeaderBytesMax; sent += part.size()) {
        state = Feed(part);
        ASSERT_LT(input_.size(), HttpReader::kHeaderBytesMax + part.size()) << start << part;
      }
      EXPECT_EQ(state, State::kBroken) << start << part;
    }
  }
}

TEST_F(HttpReaderTest, LimitsTrailersHoweverTheyAreSplit) {
  constexpr std::string_view kBegin = "0\r\nA: ", kEnd = "\r\n\r\n";
  for (size_t bytes : {HttpReader::kHeaderBytesMax - 1, HttpReader::kHeaderBytesMax, HttpReader::kHeaderBytesMax + 1}) {
    const std::string trailers = Cat(kBegin, std::string(bytes - kBegin.size() - kEnd.size(), 'x'), kEnd);
    const State expected = bytes <= HttpReader::kHeaderBytesMax ? State::kWhole : State::kBroken;
    for (size_t piece : {size_t{1}, size_t{1000}, bytes}) {
      reader_.Reset(), input_.clear();
      State state = Feed("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
      for (size_t i = 0; i < bytes && state == State::kNeedMore; i += piece) state = Feed(trailers.substr(i, piece));
      EXPECT_EQ(state, expected) << bytes << " bytes in pieces of " << piece;
      EXPECT_TRUE(state != State::kBroken || reader_.refusal().code == 431u);
    }
  }
}

// A proxy in front of the node may see another end of such a request, and so another next request.
TEST_F(HttpReaderTest, LimitsTheHeaderHoweverItIsSplit) {
  for (size_t bytes : {HttpReader::kHeaderBytesMax, HttpReader::kHeaderBytesMax + 1}) {
    std::string header = "GET / HTTP/1.1\r\nHost: x\r\nA: ";
    header += Cat(std::string(bytes - header.size() - 4, 'x'), "\r\n\r\n");
    for (size_t piece : {size_t{1}, size_t{100}, header.size() - 1, header.size()}) {
      reader_.Reset();
      input_.clear();
      State state = State::kNeedMore;
      for (size_t at = 0; at < header.size() && state == State::kNeedMore; at += piece) {
        state = Feed(std::string_view(header).substr(at, piece));
      }
      EXPECT_EQ(state, bytes <= HttpReader::kHeaderBytesMax ? State::kWhole : State::kBroken)
          << bytes << " bytes in pieces of " << piece;
    }
  }
}

TEST_F(HttpReaderTest, RefusesARequestWhoseEndIsUncertain) {
  auto refusal = [&](std::string_view headers, std::string_view version = "1.1") {
    reader_.Reset(), input_.clear();
    const State state = Feed(Cat("POST / HTTP/", version, "\r\nHost: x\r\n", headers, "\r\n0\r\n\r\n"));
    return state == State::kBroken ? reader_.refusal().code : 200;
  };
  EXPECT_EQ(refusal("Transfer-Encoding: chunked\r\n"), 200u);
  EXPECT_EQ(refusal("Transfer-Encoding: Chunked\r\n"), 200u);
  for (const char* encoding :
       {"gzip", "chunked, gzip", "gzip, chunked", "chunked, chunked", "identity", "x", "", "\"chunked\""}) {
    EXPECT_EQ(refusal(Cat("Transfer-Encoding: ", encoding, "\r\n")), 501u) << encoding;
    for (const char* other : {"Transfer-Encoding: chunked\r\n", "Content-Length: 5\r\n"}) {
      EXPECT_NE(refusal(Cat("Transfer-Encoding: ", encoding, "\r\n", other)), 200u) << encoding;
      EXPECT_NE(refusal(Cat(other, "Transfer-Encoding: ", encoding, "\r\n")), 200u) << encoding;
    }
  }
  EXPECT_EQ(refusal("Transfer-Encoding: chunked\r\n", "1.0"), 501u);
  for (const char* headers :
       {"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5, 6\r\n"}) {
    EXPECT_EQ(refusal(headers), 400u) << headers;
  }
}

TEST_F(HttpReaderTest, NeedsOneHostInHttp11) {
  EXPECT_EQ(Feed("GET / HTTP/1.0\r\n\r\n"), State::kWhole);
  for (const char* hosts : {"", "Host: a\r\nHost: a\r\n"}) {
    reader_.Reset();
    EXPECT_EQ(Feed(Cat("GET / HTTP/1.1\r\n", hosts, "\r\n")), State::kBroken);
    EXPECT_EQ(reader_.refusal().body, "expected one header Host\n");
  }
}

TEST_F(HttpReaderTest, RefusesWhatIsTooLargeOrNotHttp) {
  EXPECT_EQ(Feed(Cat("GET / HTTP/1.1\r\nA: ", std::string(HttpReader::kHeaderBytesMax, 'x'))), State::kBroken);
  EXPECT_EQ(reader_.refusal().code, 431u);
  reader_.Reset(), input_.clear();
  EXPECT_EQ(Feed(Cat("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ", HttpReader::kBodyBytesMax + 1, "\r\n\r\n")),
            State::kBroken);
  EXPECT_EQ(reader_.refusal().code, 413u);
  reader_.Reset(), input_.clear();
  EXPECT_EQ(Feed("PING\r\n"), State::kBroken);
  EXPECT_EQ(reader_.refusal().code, 400u);
}

}  // namespace
}  // namespace tally

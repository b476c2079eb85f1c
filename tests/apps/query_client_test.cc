#include "apps/query_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <sstream>
#include <thread>

#include "tests/apps/server/served_node.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

struct Result {
  int code;
  std::string out;
  std::string err;
};

Result Query(uint16_t port, std::vector<std::string> words, const std::string& password = "") {
  std::ostringstream out, err;
  int code = RunQuery("127.0.0.1", port, password, words, out, err);
  return {code, out.str(), err.str()};
}

// Runs a query against a server that reads the request, sends `reply` and closes the connection.
Result QueryOf(std::string reply) {
  namespace asio = boost::asio;
  asio::io_context context;
  asio::ip::tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  std::thread server([&] {
    asio::ip::tcp::socket socket = acceptor.accept();
    std::string request;
    asio::read_until(socket, asio::dynamic_buffer(request), '\n');
    asio::write(socket, asio::buffer(reply));
  });
  Result result = Query(acceptor.local_endpoint().port(), {"KEYS", "*"});
  server.join();
  return result;
}

TEST(Query, PrintsTheReplyWithoutItsEnd) {
  ServedNode node;
  Result result = Query(node.server->text_port(), {"ECHO", "hello"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "hello\n");
  EXPECT_EQ(result.err, "");
}

TEST(Query, AuthenticatesFirst) {
  ServedNode node({.password = Password("hunter2")});
  EXPECT_EQ(Query(node.server->text_port(), {"ECHO", "hello"}).err, "ERR Authentication required.\n");
  Result result = Query(node.server->text_port(), {"ECHO", "hello"}, "hunter2");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, "hello\n");
  result = Query(node.server->text_port(), {"ECHO", "hello"}, "hunter3");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "ERR invalid username-password pair or user is disabled.\n");
}

TEST(Query, PrintsAReplyOfAnyLength) {
  ServedNode node({}, 20'000);
  Result result = Query(node.server->text_port(), {"LIST"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 20'000);
}

TEST(Query, PrintsNothingForAnEmptyReply) {
  EXPECT_EQ(QueryOf("END\n").code, 0);
  EXPECT_EQ(QueryOf("END\n").out, "");
}

TEST(Query, ReportsTheErrorOfTheNode) {
  ServedNode node;
  Result result = Query(node.server->text_port(), {"NONSENSE"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, StartsWith("ERR "));
}

TEST(Query, DistinguishesRowsFromAnErrorAndFromTheEnd) {
  Result result = QueryOf("ERR 5\nEND\nEND\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "ERR 5\nEND\n");
}

TEST(Query, ReportsAnIncompleteReply) {
  EXPECT_THAT(QueryOf("a 1\nb 2\n").err, HasSubstr("the reply is incomplete"));
  EXPECT_EQ(QueryOf("a 1\nb 2\n").code, 1);
  EXPECT_EQ(QueryOf("a 1\nEND").code, 1);
  EXPECT_EQ(QueryOf("END").code, 1);
  EXPECT_EQ(QueryOf("END\na").code, 1);
  EXPECT_THAT(QueryOf("a 1\nERR 5\n").err, HasSubstr("the reply is incomplete"));
  EXPECT_EQ(QueryOf("").code, 1);
}

TEST(Query, ReportsThatTheNodeIsNotReachable) {
  uint16_t port = ServedNode().server->text_port();  // free again
  Result result = Query(port, {"PING"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, Cat("cannot connect to 127.0.0.1:", port, ": Connection refused\n"));
}

TEST(Query, SendsOneLineOfText) {
  ServedNode node;
  EXPECT_EQ(Query(node.server->text_port(), {"PING\nPING"}).code, 1);
  EXPECT_EQ(Query(node.server->text_port(), {" "}).err, "query: expected a command in one line\n");
  EXPECT_EQ(Query(node.server->text_port(), {"ECHO hello"}).out, "hello\n");
  EXPECT_THAT(Query(node.server->text_port(), {"*1"}).err, StartsWith("ERR "));  // not RESP
}

TEST(Query, SendsEachWordAsItIs) {
  ServedNode node({.password = Password("\"hunter's\\2")});
  for (std::string word : {"a b", "", "\"", "it's", "\\x41", "END", "\t"}) {
    Result result = Query(node.server->text_port(), {"HGET", word, "field"}, "\"hunter's\\2");
    EXPECT_EQ(result.code, 0) << word << ": " << result.err;
  }
  EXPECT_EQ(Query(node.server->text_port(), {"ECHO", "a\nb"}, "\"hunter's\\2").out, "\"a\\x0ab\"\n");
}

}  // namespace
}  // namespace tally

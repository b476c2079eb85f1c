#include "apps/server/tcp_stream.h"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <thread>

#include "gtest/gtest.h"

namespace tally {
namespace {

using boost::asio::ip::tcp;

TEST(TcpStream, ReportsAFailedWriteLater) {
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {boost::asio::ip::address_v4::loopback(), 0});
  tcp::socket client(context);
  client.connect(acceptor.local_endpoint());
  TcpStream stream(acceptor.accept());
  client.set_option(boost::asio::socket_base::linger(true, 0));  // close() then resets the connection
  client.close();
  while (!stream.HasPeerGone()) std::this_thread::yield();

  std::optional<Stream::Error> result;
  EXPECT_FALSE(stream.Write("bytes", [&](Stream::Error error) { result = error; }));
  EXPECT_FALSE(result.has_value());
  context.run();
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(*result) << *result;
}

}  // namespace
}  // namespace tally

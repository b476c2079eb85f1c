#include "apps/query_client.h"

#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string_view>

#include "apps/config/endpoint.h"
#include "apps/server/text_protocol.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;

int Fail(std::ostream& err, std::string_view message) {
  err << message << '\n';
  return kFailed;
}

// Returns the request, or nullopt if `words` are not one line with at least one word. A single word may be a whole
// line, such as "GET stats:mw:login": no command has a space in its name.
std::optional<std::string> RequestLine(std::span<const std::string> words) {
  std::string line;
  if (words.size() == 1) line = words.front();
  for (size_t i = 0; words.size() > 1 && i < words.size(); ++i) {
    if (i > 0) line += ' ';
    AppendField(words[i], line);
  }
  if (line.find_first_of("\r\n") != std::string::npos) return std::nullopt;
  if (line.find_first_not_of(" \t") == std::string::npos) return std::nullopt;
  if (line.front() == '*') line.insert(0, " ");  // a * as the first byte of a connection would select RESP
  line += '\n';
  return line;
}

using Stream = boost::asio::ip::tcp::iostream;

// Reads a line and its LF. Returns false if the connection ends or the reply takes too long.
bool ReadLine(Stream& stream, std::string& line) {
  stream.expires_after(kQueryAnswerTime);
  return std::getline(stream, line) && !stream.eof();
}

// Prints the reply. Only the end of the connection shows which line is the last: a row can itself be END or begin with
// ERR, because it contains names and fields from events.
int PrintReply(Stream& stream, const std::string& address, std::ostream& out, std::ostream& err) {
  std::string last;
  std::string next;
  bool only = ReadLine(stream, last);
  bool any = only;
  for (; ReadLine(stream, next); last.swap(next)) {
    out << last << '\n';
    only = false;
  }
  if (only && last.starts_with("ERR ")) return Fail(err, last);
  bool ended = stream.error() == boost::asio::error::eof;
  if (any && ended && next.empty() && last == "END") return kDone;
  return Fail(err, Cat(address, ": the reply is incomplete: ", stream.error().message()));
}

}  // namespace

int RunQuery(const std::string& host, uint16_t port, const std::string& password, std::span<const std::string> words,
             std::ostream& out, std::ostream& err) {
  std::optional<std::string> request = RequestLine(words);
  if (!request) return Fail(err, "query: expected a command in one line");
  std::string address = FormatEndpoint({host, port});
  Stream stream;
  stream.expires_after(kQueryConnectTime);
  stream.connect(host, Cat(port));
  if (!stream) return Fail(err, Cat("cannot connect to ", address, ": ", stream.error().message()));
  std::string authentication;
  if (!password.empty()) {
    authentication = "AUTH ";
    AppendField(password, authentication);
    authentication += '\n';
  }
  stream << authentication << *request << std::flush;
  boost::system::error_code ignored;  // if the node is gone, reading fails
  stream.socket().shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  if (std::string line; !password.empty() && !(ReadLine(stream, line) && line == "OK" && ReadLine(stream, line))) {
    return Fail(err, line.starts_with("ERR ") ? line : Cat(address, ": the node did not reply to AUTH"));
  }
  return PrintReply(stream, address, out, err);
}

}  // namespace tally

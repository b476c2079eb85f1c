// Bytes on the line port, as RESP. The input is the bytes from a client.
#include <charconv>

#include "apps/server/resp.h"
#include "tests/fuzz/conversation.h"

namespace tally {
namespace {

// Removes and returns the number after the type byte, with its CRLF.
int64_t TakeNumber(std::string_view& reply) {
  int64_t n = 0;
  auto [end, error] = std::from_chars(reply.data(), reply.data() + reply.size(), n);
  TALLY_CHECK(error == std::errc());
  reply.remove_prefix(static_cast<size_t>(end - reply.data()));
  TALLY_CHECK(reply.starts_with("\r\n"));
  reply.remove_prefix(2);
  return n;
}

// Removes a string of `size` bytes with its CRLF.
std::string_view TakeString(std::string_view& reply, int64_t n) {
  const size_t size = static_cast<size_t>(n);
  TALLY_CHECK(reply.size() >= size + 2 && reply.substr(size, 2) == "\r\n");
  const std::string_view text = reply.substr(0, size);
  reply.remove_prefix(size + 2);
  return text;
}

// Removes one value, as a client of that version parses it.
void TakeValue(std::string_view& reply, RespVersion version) {
  TALLY_CHECK(!reply.empty());
  const char type = reply.front();
  reply.remove_prefix(1);
  if (type == '+' || type == '-') {
    const size_t end = reply.find_first_of("\r\n");
    TALLY_CHECK(end != std::string_view::npos && reply.substr(end, 2) == "\r\n");
    return reply.remove_prefix(end + 2);
  }
  if (type == '_') {
    TALLY_CHECK(version == RespVersion::k3 && reply.starts_with("\r\n"));
    return reply.remove_prefix(2);
  }
  const int64_t n = TakeNumber(reply);
  if (type == ':') return;
  TALLY_CHECK(n >= 0 || (n == -1 && version == RespVersion::k2 && type == '$'));
  if (n < 0) return;
  if (type == '*' || type == '%' || type == '>') {
    TALLY_CHECK(type == '*' || version == RespVersion::k3);
    for (int64_t i = 0; i < (type == '%' ? 2 * n : n); ++i) TakeValue(reply, version);
    return;
  }
  TALLY_CHECK(type == '$' || (type == '=' && version == RespVersion::k3));
  const std::string_view text = TakeString(reply, n);
  TALLY_CHECK(type == '$' || text.starts_with("txt:"));
}

// SUBSCRIBE has a value for each channel. In version 3 they are pushes.
void CheckReply(std::string_view reply, const Session& session) {
  do {
    TakeValue(reply, session.resp);
  } while (!reply.empty());
}

}  // namespace
}  // namespace tally

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto append = [](tally::ReplyInProgress& reply, const tally::Session& session, size_t enough, std::string& out) {
    return tally::AppendResp(reply, session.resp, enough, out);
  };
  tally::CheckConversation<tally::RespParser>(tally::Input(data, size), append, tally::CheckReply);
  return 0;
}

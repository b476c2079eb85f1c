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

// Removes one value, as a client parses it.
void TakeValue(std::string_view& reply) {
  TALLY_CHECK(!reply.empty());
  const char type = reply.front();
  reply.remove_prefix(1);
  if (type == '+' || type == '-') {
    const size_t end = reply.find_first_of("\r\n");
    TALLY_CHECK(end != std::string_view::npos && reply.substr(end, 2) == "\r\n");
    return reply.remove_prefix(end + 2);
  }
  const int64_t n = TakeNumber(reply);
  if (type == ':') return;
  TALLY_CHECK(n >= -1);
  if (type == '*') {
    for (int64_t i = 0; i < n; ++i) TakeValue(reply);
    return;
  }
  TALLY_CHECK(type == '$');
  if (n < 0) return;
  const size_t size = static_cast<size_t>(n);
  TALLY_CHECK(reply.size() >= size + 2 && reply.substr(size, 2) == "\r\n");
  reply.remove_prefix(size + 2);
}

void CheckReply(std::string_view reply) {
  TakeValue(reply);
  TALLY_CHECK(reply.empty());
}

}  // namespace
}  // namespace tally

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tally::CheckConversation<tally::RespParser>(tally::Input(data, size), tally::AppendResp, tally::CheckReply);
  return 0;
}

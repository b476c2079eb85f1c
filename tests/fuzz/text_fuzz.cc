// Bytes on the line port, as text. The input is the bytes from a client.
#include "apps/server/text_protocol.h"
#include "tests/fuzz/conversation.h"

namespace tally {
namespace {

// Checks that a reply is lines followed by END, or one line that begins with ERR, and that no other line is END or
// begins with ERR.
void CheckReply(std::string_view reply, const Session&) {
  TALLY_CHECK(reply.ends_with('\n'));
  if (reply.starts_with("ERR ") && reply.find('\n') + 1 == reply.size()) return;
  while (reply != "END\n") {
    TALLY_CHECK(!reply.empty() && !reply.starts_with("END\n") && !reply.starts_with("ERR"));
    reply.remove_prefix(reply.find('\n') + 1);
  }
}

}  // namespace
}  // namespace tally

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto append = [](tally::ReplyInProgress& reply, const tally::Session&, size_t enough, std::string& out) {
    return tally::AppendText(reply, enough, out);
  };
  tally::CheckConversation<tally::TextParser>(tally::Input(data, size), append, tally::CheckReply);
  return 0;
}

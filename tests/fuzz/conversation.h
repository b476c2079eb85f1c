// Plays a client of the line port for a fuzzer: passes the client's bytes in pieces to a parser, executes the requests
// on a small node, and writes the replies in chunks.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "apps/server/reply_writer.h"
#include "apps/server/request.h"
#include "apps/server/text_protocol.h"
#include "core/query/command.h"
#include "tests/fuzz/fuzz.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fake_clock.h"

namespace tally {

// A node with three series of one metric and counts in two minutes. The time is 14:35.
class AskedNode : public StatusSource {
 public:
  AskedNode() {
    node_.TickAt(clock_.Now());
    for (std::string_view call : {"login", "logout", "a:b"}) node_.Apply(EventAt("14:30:05", "mw", call));
    node_.Save();
    node_.Apply(EventAt("14:34:30", "mw", "login"));
    node_.Apply("no event");
  }

  NodeStatus Status() const override { return {}; }
  Commands& commands() { return commands_; }

 private:
  FakeClock clock_{TimeAt("14:35")};
  CountingNode node_;
  Commands commands_{{&node_.counters()}, clock_, *this};
};

// The sizes of the pieces in both directions.
struct Cuts {
  size_t read = SIZE_MAX;
  size_t written = SIZE_MAX;
};

// Returns the bytes that the client reads. Calls `check_reply` with each reply. Ends after kRequestsMax requests.
template <typename Parser, typename AppendReply, typename CheckReply>
std::string Talk(Commands& commands, std::string_view bytes, Cuts cuts, AppendReply append, CheckReply check_reply) {
  constexpr int kRequestsMax = 100;
  Parser parser;
  Session session{.id = 17, .is_text = std::is_same_v<Parser, TextParser>};
  std::string input, output, reply_bytes;
  auto write = [&](Reply reply) {
    ReplyInProgress progress{std::move(reply)};
    for (bool done = false; !done;) {
      std::string chunk;
      done = append(progress, session, cuts.written, chunk);
      reply_bytes += chunk;
    }
    if (session.transaction.state == Transaction::State::kExecuting) return;  // its replies belong to the array of EXEC
    check_reply(reply_bytes, session);
    output += std::exchange(reply_bytes, {});
  };
  for (int requests = 0; !bytes.empty();) {
    input += bytes.substr(0, cuts.read);
    bytes.remove_prefix(std::min(cuts.read, bytes.size()));
    for (;;) {
      const Parsed parsed = parser.Next(input);
      if (parsed.kind == Parsed::Kind::kNeedMore) break;
      if (parsed.kind == Parsed::Kind::kBroken) {
        write(ErrorReply(parsed.error));
        return output;
      }
      TALLY_CHECK(parsed.consumed > 0 && parsed.consumed <= input.size());
      if (++requests > kRequestsMax) return output;
      if (parsed.kind == Parsed::Kind::kInvalid) {
        write(ErrorReply(parsed.error));
      } else if (!parsed.words.empty()) {
        Reply reply = commands.Execute(parsed.words, session).Finish();
        const bool close = reply.close;
        write(std::move(reply));
        while (session.transaction.state == Transaction::State::kExecuting) {
          Reply element = commands.Execute(session.transaction.requests.Front(), session).Finish();
          session.EndQueued();
          write(std::move(element));
        }
        std::vector<std::string> keys = std::exchange(session.invalidated, {});
        if (!keys.empty() && session.resp == RespVersion::k3) write(InvalidationReply(std::move(keys)));
        if (close) return output;
      }
      input.erase(0, parsed.consumed);
    }
  }
  return output;
}

// Checks that the client reads the same bytes, however the bytes of both directions are split.
template <typename Parser, typename AppendReply, typename CheckReply>
void CheckConversation(std::string_view bytes, AppendReply append, CheckReply check_reply) {
  static AskedNode node;
  auto talk = [&](Cuts cuts) { return Talk<Parser>(node.commands(), bytes, cuts, append, check_reply); };
  const std::string whole = talk({});
  TALLY_CHECK(talk({.read = 1, .written = 1}) == whole);
  TALLY_CHECK(talk({.read = 2 + bytes.size() % 13, .written = 10}) == whole);
}

}  // namespace tally

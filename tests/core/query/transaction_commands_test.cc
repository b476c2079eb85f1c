// MULTI, EXEC and DISCARD up to the queue; the connection executes it (tests/apps/server/server_test.cc).
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class TransactionCommands : public NodeTest {
 protected:
  // Executes what EXEC has begun, as a connection does.
  std::vector<std::string> ExecuteQueued() {
    std::vector<std::string> replies;
    while (session_.transaction.state == Transaction::State::kExecuting) {
      const auto lines = Lines(commands_.Execute(session_.transaction.requests.Front(), session_).Finish());
      replies.push_back(absl::StrJoin(lines, ","));
      session_.EndQueued();
    }
    return replies;
  }
};

TEST_F(TransactionCommands, QueueRequestsUntilExec) {
  EXPECT_THAT(Ask({"MULTI"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"ECHO", "one"}), ElementsAre("QUEUED"));
  EXPECT_THAT(Ask({"ECHO", ""}), ElementsAre("QUEUED"));
  EXPECT_THAT(Ask({"SELECT", "1"}), ElementsAre("QUEUED"));
  EXPECT_THAT(Ask({"exec"}), ElementsAre("batch of 3"));
  EXPECT_THAT(ExecuteQueued(), ElementsAre("one", "", StartsWith("ERR DB index is out of range")));
  EXPECT_THAT(Ask({"ECHO", "after"}), ElementsAre("after"));
}

TEST_F(TransactionCommands, MayQueueNothing) {
  Ask({"MULTI"});
  EXPECT_THAT(Ask({"EXEC"}), ElementsAre("batch of 0"));
  EXPECT_THAT(Ask({"ECHO", "after"}), ElementsAre("after"));
}

TEST_F(TransactionCommands, DiscardEndsTheQueue) {
  Ask({"MULTI"});
  Ask({"ECHO", "one"});
  EXPECT_THAT(Ask({"DISCARD"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"EXEC"}), ElementsAre("ERR EXEC without MULTI"));
  EXPECT_THAT(Ask({"DISCARD"}), ElementsAre("ERR DISCARD without MULTI"));
  Ask({"MULTI"});
  EXPECT_THAT(Ask({"MULTI"}), ElementsAre("ERR MULTI calls can not be nested"));
  EXPECT_THAT(Ask({"EXEC"}), ElementsAre("batch of 0"));
}

TEST_F(TransactionCommands, ExecRunsNothingAfterARefusedRequest) {
  using Request = std::vector<std::string_view>;
  const std::string large(2 << 20, 'x');
  for (const Request& refused : {Request{"NOSUCH"}, Request{"SET", "a", "1"}, Request{"HGET", "a"},
                                 Request{"SUBSCRIBE", "a"}, Request{"ECHO", large}}) {
    Ask({"MULTI"});
    EXPECT_THAT(Ask({"ECHO", "one"}), ElementsAre("QUEUED"));
    const std::string reply = Lines(commands_.Execute(refused, session_).Finish())[0];
    EXPECT_THAT(reply, StartsWith(refused[0] == "SUBSCRIBE" ? "ERR Command not allowed inside a transaction" : "ERR "));
    EXPECT_THAT(Ask({"ECHO", "two"}), ElementsAre("QUEUED"));
    EXPECT_THAT(Ask({"EXEC"}), ElementsAre("EXECABORT Transaction discarded because of previous errors."));
    EXPECT_THAT(Ask({"ECHO", "after"}), ElementsAre("after"));
  }
}

TEST_F(TransactionCommands, QuitIsNotQueued) {
  Ask({"MULTI"});
  EXPECT_TRUE(Execute({"QUIT"}).close);
}

TEST_F(TransactionCommands, AreForRespAlone) {
  session_.is_text = true;
  EXPECT_THAT(Ask({"MULTI"}), ElementsAre(StartsWith("ERR MULTI needs RESP")));
}

// As rueidis reads through its cache.
TEST_F(TransactionCommands, CachingNamesAllReadsOfATransaction) {
  Ask({"CLIENT", "TRACKING", "ON", "OPTIN"});
  Ask({"CLIENT", "CACHING", "YES"});
  Ask({"MULTI"});
  Ask({"TTL", "a"});
  Ask({"HGET", "b", "field"});
  Ask({"EXEC"});
  ExecuteQueued();
  EXPECT_THAT(session_.invalidated, ElementsAre("a", "b"));
  session_.invalidated.clear();
  Ask({"HGET", "c", "field"});
  EXPECT_THAT(session_.invalidated, ElementsAre());
}

}  // namespace
}  // namespace tally

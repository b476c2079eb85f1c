#include "core/query/command_table.h"
#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::StartsWith;

class ConnectionCommands : public NodeTest {};

TEST_F(ConnectionCommands, NamesAreCaseInsensitive) {
  EXPECT_THAT(Ask({"ping"}), ElementsAre("PONG"));
  EXPECT_THAT(Ask({"PiNg", "a message"}), ElementsAre("a message"));
  EXPECT_THAT(Ask({"ECHO", "a\n"}), ElementsAre("a\n"));
}

TEST_F(ConnectionCommands, UnknownCommandsAreNamedForAnyBytes) {
  EXPECT_THAT(Ask({"SHUTDOWN"}), ElementsAre("ERR unknown command 'SHUTDOWN', try HELP"));
  EXPECT_THAT(Ask({"\r\n\xff"}), ElementsAre("ERR unknown command '\\r\\n\\xff', try HELP"));
  EXPECT_THAT(Ask({std::string(5000, 'x')}),
              ElementsAre("ERR unknown command '" + std::string(64, 'x') + "...', try HELP"));
  EXPECT_THAT(Ask({""}), ElementsAre("ERR unknown command '', try HELP"));
  EXPECT_THAT(Ask({}), ElementsAre("ERR expected a command, try HELP"));
}

TEST_F(ConnectionCommands, AWrongNumberOfArgumentsIsAnErrorWithTheUsage) {
  EXPECT_THAT(Ask({"get"}), ElementsAre("ERR wrong number of arguments for 'GET', expected: GET series [when]"));
  EXPECT_THAT(Ask({"DBSIZE", "x"}), ElementsAre("ERR wrong number of arguments for 'DBSIZE', expected: DBSIZE"));
  EXPECT_THAT(Ask({"HMGET", "key"}), ElementsAre(StartsWith("ERR wrong number of arguments for 'HMGET'")));
}

TEST_F(ConnectionCommands, HelpHasALineForEachCommand) {
  std::vector<std::string> help = Ask({"HELP"});
  for (std::string line :
       {"PING [message]", "LIST [glob]", "RANGE glob from to [step]", "TOP n glob from to", "DBSIZE",
        "SCAN cursor [MATCH glob] [COUNT n] [TYPE type]", "REJECTS [topic]", "INFO [section]", "QUIT"}) {
    EXPECT_THAT(help, Contains(line));
  }
  EXPECT_EQ(help.size(), AllCommands().size());
  EXPECT_TRUE(std::get<Table>(Execute({"HELP"}).body).plain);
}

std::vector<std::string> HelloLines(int version) {
  return {"server redis", "version 7.0.0", Cat("proto ", version), "id 17", "mode standalone",
          "role master",  "modules -"};
}

TEST_F(ConnectionCommands, HelloChoosesTheVersionOfResp) {
  EXPECT_EQ(Ask({"HELLO"}), HelloLines(2));
  EXPECT_EQ(Ask({"HELLO", "3"}), HelloLines(3));
  EXPECT_EQ(session_.resp, RespVersion::k3);
  EXPECT_EQ(Ask({"HELLO"}), HelloLines(3));
  EXPECT_EQ(Ask({"HELLO", "2"}), HelloLines(2));
  EXPECT_EQ(session_.resp, RespVersion::k2);
  EXPECT_EQ(std::get<Table>(Execute({"HELLO"}).body).shape, Table::Shape::kMap);
}

TEST_F(ConnectionCommands, AHelloThatFailsChangesNoVersion) {
  EXPECT_THAT(Ask({"HELLO", "4"}), ElementsAre("NOPROTO unsupported protocol version"));
  EXPECT_THAT(Ask({"HELLO", "1"}), ElementsAre("NOPROTO unsupported protocol version"));
  EXPECT_THAT(Ask({"HELLO", "three"}), ElementsAre(StartsWith("ERR Protocol version is not an integer")));
  EXPECT_THAT(Ask({"HELLO", "3", "BOGUS"}), ElementsAre("ERR syntax error in HELLO option 'BOGUS'"));
  EXPECT_THAT(Ask({"HELLO", "3", "SETNAME"}), ElementsAre("ERR syntax error in HELLO option 'SETNAME'"));
  EXPECT_THAT(Ask({"HELLO", "3", "SETNAME", "two words"}), ElementsAre(StartsWith("ERR Client names")));
  EXPECT_EQ(session_.resp, RespVersion::k2);
}

TEST_F(ConnectionCommands, AConnectionHasANumberAndAName) {
  session_.address = "127.0.0.1:5";
  commands_.Add(session_);
  clock_.Advance(absl::Seconds(90));
  EXPECT_THAT(Ask({"CLIENT", "ID"}), ElementsAre("17"));
  EXPECT_THAT(Ask({"CLIENT", "GETNAME"}), ElementsAre("-"));
  EXPECT_THAT(Ask({"CLIENT", "SETNAME", "page"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"client", "getname"}), ElementsAre("page"));
  EXPECT_EQ(Ask({"HELLO", "2", "SETNAME", "other"}).size(), 7u);
  EXPECT_THAT(Ask({"CLIENT", "SETINFO", "lib-name", "redis-py"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"CLIENT", "SETINFO", "LIB-VER", "8.0"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"CLIENT", "INFO"}), ElementsAre("id=17 addr=127.0.0.1:5 name=other age=90 flags=N db=0 sub=0 psub=0 "
                                                   "user=default lib-name=redis-py lib-ver=8.0 resp=2"));
  EXPECT_THAT(Ask({"CLIENT", "SETNAME", "two words"}), ElementsAre(StartsWith("ERR Client names cannot contain")));
  EXPECT_THAT(Ask({"CLIENT", "SETNAME", std::string(257, 'x')}), ElementsAre(StartsWith("ERR Client names")));
  EXPECT_THAT(Ask({"CLIENT", "SETINFO", "LIB-NAME", "a b"}), ElementsAre(StartsWith("ERR lib-name cannot contain")));
  EXPECT_THAT(Ask({"CLIENT", "SETINFO", "X", "a"}), ElementsAre(StartsWith("ERR Unrecognized option 'X'")));
  EXPECT_THAT(Ask({"CLIENT", "KILL"}),
              ElementsAre(StartsWith("ERR unknown subcommand 'KILL' of CLIENT, expected one of ID,")));
  EXPECT_THAT(Ask({"CLIENT", "SETNAME"}), ElementsAre("ERR wrong number of arguments for 'CLIENT SETNAME', expected: "
                                                      "CLIENT SETNAME name"));
}

TEST_F(ConnectionCommands, WithoutAPasswordAUserMaySendAnyPassword) {
  EXPECT_THAT(Ask({"AUTH", "default", "x"}), ElementsAre("OK"));
  EXPECT_EQ(Ask({"HELLO", "3", "AUTH", "someone", "x"}), HelloLines(3));
}

class ClientTracking : public NodeTest {
 protected:
  // The keys that are invalidated after the reply.
  std::vector<std::string> Invalidated(std::initializer_list<std::string_view> words) {
    session_.invalidated.clear();
    Execute(words);
    return session_.invalidated;
  }
};

TEST_F(ClientTracking, InvalidatesEachKeyThatIsRead) {
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), IsEmpty());
  EXPECT_THAT(Ask({"CLIENT", "TRACKING", "ON"}), ElementsAre("OK"));
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), ElementsAre("a"));
  EXPECT_THAT(Invalidated({"hgetall", "a"}), ElementsAre("a"));
  EXPECT_THAT(Invalidated({"GET", "stats:mw:login"}), ElementsAre("stats:mw:login"));
  EXPECT_THAT(Invalidated({"EXISTS", "a", "b"}), ElementsAre("a", "b"));
  EXPECT_THAT(Invalidated({"PING", "a"}), IsEmpty());
  EXPECT_THAT(Invalidated({"HGET", "a"}), IsEmpty());
  EXPECT_THAT(Ask({"CLIENT", "TRACKING", "off"}), ElementsAre("OK"));
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), IsEmpty());
}

TEST_F(ClientTracking, OptInInvalidatesTheKeysOfTheNextCommandAlone) {
  EXPECT_THAT(Ask({"CLIENT", "TRACKING", "ON", "OPTIN"}), ElementsAre("OK"));
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), IsEmpty());
  EXPECT_THAT(Ask({"CLIENT", "CACHING", "YES"}), ElementsAre("OK"));
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), ElementsAre("a"));
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), IsEmpty());
  EXPECT_THAT(Ask({"CLIENT", "CACHING", "NO"}), ElementsAre(StartsWith("ERR CLIENT CACHING NO is only valid")));
}

TEST_F(ClientTracking, OptOutLeavesTheKeysOfTheNextCommandOut) {
  EXPECT_THAT(Ask({"CLIENT", "TRACKING", "ON", "OPTOUT", "NOLOOP"}), ElementsAre("OK"));
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), ElementsAre("a"));
  EXPECT_THAT(Ask({"CLIENT", "CACHING", "NO"}), ElementsAre("OK"));
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), IsEmpty());
  EXPECT_THAT(Invalidated({"HGET", "a", "field"}), ElementsAre("a"));
  EXPECT_THAT(Ask({"CLIENT", "CACHING", "YES"}), ElementsAre(StartsWith("ERR CLIENT CACHING YES is only valid")));
}

TEST_F(ClientTracking, NamesTheOptionThatItDoesNotHave) {
  EXPECT_THAT(Ask({"CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", "stats:"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"CLIENT", "TRACKING", "ON", "REDIRECT", "5"}), ElementsAre(StartsWith("ERR expected no REDIRECT")));
  for (auto option : {"PREFIX", "BOGUS"}) {
    EXPECT_THAT(Ask({"CLIENT", "TRACKING", "ON", option}), ElementsAre(StartsWith("ERR syntax error")));
  }
  EXPECT_THAT(Ask({"CLIENT", "TRACKING", "perhaps"}), ElementsAre(StartsWith("ERR syntax error")));
}

TEST_F(ConnectionCommands, SubscribeCountsTheSubscriptions) {
  EXPECT_THAT(Ask({"SUBSCRIBE", "a", "b", "a"}), ElementsAre("subscribe a 1", "subscribe b 2", "subscribe a 2"));
  EXPECT_THAT(Ask({"PSUBSCRIBE", "a*"}), ElementsAre("psubscribe a* 3"));
  EXPECT_EQ(std::get<Table>(Execute({"SUBSCRIBE", "a"}).body).shape, Table::Shape::kPushes);
  EXPECT_THAT(Ask({"UNSUBSCRIBE", "a", "none"}), ElementsAre("unsubscribe a 2", "unsubscribe none 2"));
  EXPECT_THAT(Ask({"UNSUBSCRIBE"}), ElementsAre("unsubscribe b 1"));
  EXPECT_THAT(Ask({"UNSUBSCRIBE"}), ElementsAre("unsubscribe - 1"));
  EXPECT_THAT(Ask({"PUNSUBSCRIBE"}), ElementsAre("punsubscribe a* 0"));
  EXPECT_THAT(Ask({"SUBSCRIBE", std::string(17'000, 'x')}),
              ElementsAre(StartsWith("ERR expected subscriptions of at")));
}

TEST_F(ConnectionCommands, PingOfASubscriberIsAnArrayInRespTwo) {
  Ask({"SUBSCRIBE", "a"});
  EXPECT_THAT(Ask({"PING"}), ElementsAre("pong,"));
  EXPECT_THAT(Ask({"PING", "x"}), ElementsAre("pong,x"));
  Ask({"HELLO", "3"});
  EXPECT_THAT(Ask({"PING"}), ElementsAre("PONG"));
}

TEST_F(ConnectionCommands, AuthWithoutAPasswordIsRedisError) {
  EXPECT_THAT(Ask({"AUTH", "x"}), ElementsAre("ERR AUTH <password> called without any password configured for the "
                                              "default user. Are you sure your configuration is correct?"));
}

class WithPassword : public NodeTest {
 protected:
  std::vector<std::string> Send(std::vector<std::string_view> words) {
    return Lines(guarded_.Execute(words, session_).Finish());
  }

  Commands guarded_{{&counters_}, clock_, *this, Password("hunter2")};
};

TEST_F(WithPassword, NothingIsAnsweredBeforeItIsSent) {
  for (const char* command : {"PING", "INFO", "LIST", "LAG", "REJECTS", "HELP", "CLIENT", "NONE"}) {
    EXPECT_THAT(Send({command}), ElementsAre("NOAUTH Authentication required.")) << command;
  }
  EXPECT_THAT(Send({"HELLO"}), ElementsAre(StartsWith("NOAUTH HELLO must be called")));
  EXPECT_THAT(Send({"QUIT"}), ElementsAre("OK"));
}

TEST_F(WithPassword, AuthOpensTheConnection) {
  EXPECT_THAT(Send({"AUTH", "hunter2"}), ElementsAre("OK"));
  EXPECT_THAT(Send({"PING"}), ElementsAre("PONG"));
  for (const char* user : {"default", "grafana", ""}) {
    session_ = {};
    EXPECT_THAT(Send({"AUTH", user, "hunter2"}), ElementsAre("OK"));
    EXPECT_THAT(Send({"PING"}), ElementsAre("PONG"));
  }
}

TEST_F(WithPassword, HelloMaySendItToo) {
  EXPECT_EQ(Send({"HELLO", "3", "AUTH", "grafana", "hunter2", "SETNAME", "page"}).size(), 7u);
  EXPECT_EQ(session_.resp, RespVersion::k3);
  EXPECT_THAT(Send({"CLIENT", "GETNAME"}), ElementsAre("page"));
}

TEST_F(WithPassword, AWrongPasswordEndsTheAuthentication) {
  constexpr char kWrong[] = "WRONGPASS invalid username-password pair or user is disabled.";
  for (const char* wrong : {"", "hunter", "hunter22", "hunter2hunter2", "Hunter2"}) {
    ASSERT_THAT(Send({"AUTH", "hunter2"}), ElementsAre("OK"));
    EXPECT_THAT(Send({"AUTH", wrong}), ElementsAre(kWrong)) << wrong;
    EXPECT_THAT(Send({"PING"}), ElementsAre("NOAUTH Authentication required."));
  }
  EXPECT_THAT(Send({"AUTH", "default", "x"}), ElementsAre(kWrong));
  EXPECT_THAT(Send({"HELLO", "3", "AUTH", "default", "x"}), ElementsAre(kWrong));
  EXPECT_THAT(Send({"HELLO", "3"}), ElementsAre(StartsWith("NOAUTH HELLO must be called")));
  EXPECT_EQ(session_.resp, RespVersion::k2);
}

TEST_F(ConnectionCommands, ThereIsOneDatabase) {
  EXPECT_THAT(Ask({"SELECT", "0"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"SELECT", "1"}), ElementsAre(StartsWith("ERR DB index is out of range")));
  EXPECT_THAT(Ask({"SELECT", "x"}), ElementsAre(StartsWith("ERR invalid DB index 'x'")));
}

TEST_F(ConnectionCommands, ClientsThatAskForCommandsAndConfigurationContinue) {
  EXPECT_THAT(Ask({"COMMAND"}), IsEmpty());
  EXPECT_THAT(Ask({"COMMAND", "DOCS"}), IsEmpty());
  EXPECT_THAT(Ask({"COMMAND", "INFO", "get"}), IsEmpty());
  EXPECT_THAT(Ask({"COMMAND", "COUNT"}), ElementsAre(Cat(Ask({"HELP"}).size())));
  EXPECT_THAT(Ask({"COMMAND", "x"}), ElementsAre(StartsWith("ERR unknown subcommand 'x' of COMMAND")));
  EXPECT_THAT(Ask({"CONFIG", "GET", "save"}), ElementsAre("save "));
  EXPECT_THAT(Ask({"CONFIG", "GET", "append*", "save"}), ElementsAre("save ", "appendonly no"));
  EXPECT_THAT(Ask({"CONFIG", "GET", "maxmemory"}), IsEmpty());
  EXPECT_THAT(Ask({"CONFIG", "SET", "save"}), ElementsAre(StartsWith("ERR unknown subcommand 'SET' of CONFIG")));
}

TEST_F(ConnectionCommands, ClientListHasALineForEachConnection) {
  Session other{.id = 5, .name = "page"};
  commands_.Add(session_);
  commands_.Add(other);
  EXPECT_THAT(Ask({"CLIENT", "LIST"}), ElementsAre(StartsWith("id=5 addr= name=page"), StartsWith("id=17 ")));
  EXPECT_EQ(std::get<Table>(Execute({"CLIENT", "LIST"}).body).shape, Table::Shape::kLines);
  commands_.Remove(other);
  EXPECT_THAT(Ask({"CLIENT", "LIST"}), ElementsAre(StartsWith("id=17 ")));
}

TEST_F(ConnectionCommands, WhatClientsSwitchOnConnectIsOk) {
  EXPECT_THAT(Ask({"CLIENT", "NO-EVICT", "on"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"CLIENT", "NO-TOUCH", "ON"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"CLIENT", "MAINT_NOTIFICATIONS", "ON", "moving-endpoint-type", "auto"}), ElementsAre("OK"));
  EXPECT_THAT(Ask({"CLUSTER", "NODES"}), ElementsAre("ERR This instance has cluster support disabled"));
  EXPECT_THAT(Ask({"SENTINEL", "MASTERS"}), ElementsAre(StartsWith("ERR unknown command 'SENTINEL'")));
}

TEST_F(ConnectionCommands, AWriteIsRefusedWithTheReason) {
  for (const char* command : {"SET", "hincrby", "HSET", "INCR", "DEL", "EXPIRE", "TS.ADD", "FLUSHALL"}) {
    EXPECT_THAT(
        Ask({command, "stats:mw:2011_0605_1430", "login", "1"}),
        ElementsAre(EndsWith(" is not available: counts come from Kafka alone, and clients can only read them")));
  }
  EXPECT_THAT(Ask({"hincrby", "a", "b", "1"}), ElementsAre(StartsWith("ERR HINCRBY is not available: ")));
  for (const CommandSpec* command : AllCommands()) EXPECT_EQ(WriteCommandOf(command->name), "") << command->name;
}

TEST_F(ConnectionCommands, QuitEndsTheConnection) {
  Reply reply = Execute({"QUIT"});
  EXPECT_TRUE(reply.close);
  EXPECT_THAT(Lines(reply), ElementsAre("OK"));
  EXPECT_FALSE(Execute({"PING"}).close);
}

TEST_F(ConnectionCommands, ACallerWithoutAConnectionMayAskAsWell) {
  EXPECT_THAT(Lines(commands_.Execute(std::vector<std::string_view>{"CLIENT", "ID"})), ElementsAre("0"));
}

}  // namespace
}  // namespace tally

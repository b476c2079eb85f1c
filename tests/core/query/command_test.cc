#include "core/query/command.h"

#include <random>

#include "core/query/command_table.h"
#include "gmock/gmock.h"
#include "tests/core/query/node_fixture.h"

namespace tally {
namespace {

class Command : public NodeTest {};

// Valid commands and arguments, and random bytes.
const std::vector<std::string> kArguments = {"stats:mw:login",
                                             "all",
                                             "*",
                                             "stats:*",
                                             "[^",
                                             "\\",
                                             "now",
                                             "-15m",
                                             "0",
                                             "-1",
                                             "5m",
                                             "9223372036854775807",
                                             "-9223372036854775808",
                                             "2011-06-05T14:30Z",
                                             "stats:mw:2011_0605_1430",
                                             "all:2011_0605_1430",
                                             "MATCH",
                                             "COUNT",
                                             "GET",
                                             "",
                                             std::string("\0\xff\n", 3),
                                             "ID",
                                             "SETNAME",
                                             std::string(70'000, '*')};

TEST_F(Command, AnyWordsGetAReply) {
  auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  Count("14:30", "mw", "login");
  Count("14:31", "mw", "\\u0000\\n\\u00e4");
  for (int i = 0; i < 20'000; ++i) {
    const CommandSpec& command = *AllCommands()[random() % AllCommands().size()];
    std::vector<std::string_view> words = {command.name};
    size_t arguments = command.min + random() % (std::min<size_t>(command.max - command.min, 3) + 1);
    while (words.size() <= arguments) words.push_back(kArguments[random() % kArguments.size()]);
    for (const std::string& line : Lines(commands_.Execute(words, session_).Finish())) ASSERT_LT(line.size(), 100'000u);
  }
}

TEST_F(Command, ErrorsAreOneShortLine) {
  for (const CommandSpec* command : AllCommands()) {
    std::vector<std::string_view> words = {command->name};
    std::string long_word(50'000, '\n');
    while (words.size() <= std::min<size_t>(command->max, 4)) words.push_back(long_word);
    Reply reply = commands_.Execute(words, session_).Finish();
    auto* error = std::get_if<Error>(&reply.body);
    if (error == nullptr) continue;
    EXPECT_LT(error->message.size(), 500u) << command->name;
    EXPECT_EQ(error->message.find('\n'), std::string::npos) << command->name;
  }
}

}  // namespace
}  // namespace tally

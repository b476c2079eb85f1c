// docs/protocol.md documents exactly the commands of the command table, each with its arguments, its replies, its
// errors and an example.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/strings.h"
#include "core/query/command_table.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

// The text below each heading of a command: from the heading to the next one.
std::map<std::string, std::string> DocumentedCommands() {
  constexpr std::string_view kHeading = "### ";
  std::ifstream document(std::string(TALLY_SOURCE_DIR) + "/docs/protocol.md");
  std::map<std::string, std::string> commands;
  std::string* text = nullptr;
  for (std::string line; std::getline(document, line);) {
    if (line.starts_with("#")) text = nullptr;
    if (line.starts_with(kHeading)) text = &commands[line.substr(kHeading.size())];
    if (text != nullptr) *text += line + "\n";
  }
  return commands;
}

TEST(ProtocolDocument, HasEveryCommandWithItsRepliesErrorsAndAnExample) {
  std::vector<std::string> usages, headings;
  for (const CommandSpec* command : AllCommands()) usages.push_back(command->usage());
  for (const auto& [heading, text] : DocumentedCommands()) {
    headings.push_back(heading);
    for (const char* part : {"\n- text: ", "\n- RESP2: ", "\n- RESP3: ", "\n- errors: ", "\n```\n$ "}) {
      EXPECT_THAT(text, HasSubstr(part)) << heading;
    }
  }
  EXPECT_THAT(headings, UnorderedElementsAreArray(usages));
}

}  // namespace
}  // namespace tally

#include "apps/config/password_file.h"

#include <fstream>
#include <string>

#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temp_dir.h"

namespace tally {
namespace {

using testing::HasSubstr;
using testing::Not;

class PasswordFile : public testing::Test {
 protected:
  absl::StatusOr<std::string> Read(const std::string& contents) {
    std::ofstream(dir_ / "password", std::ios::binary) << contents;
    return ReadPasswordFile(dir_ / "password");
  }

  TempDir dir_;
};

TEST_F(PasswordFile, HasOneLine) {
  EXPECT_EQ(*Read("hunter2\n"), "hunter2");
  EXPECT_EQ(*Read("hunter2"), "hunter2");
  EXPECT_EQ(*Read("h\xC3\xBCnter#:'2\r\n"), "h\xC3\xBCnter#:'2");
  EXPECT_EQ(Read(std::string(kPasswordBytesMax, 'x') + "\r\n")->size(), kPasswordBytesMax);
}

TEST_F(PasswordFile, IsRefusedWithoutShowingItsContents) {
  for (const std::string& contents : {std::string(), std::string("\n"), std::string("hunter2\nhunter3\n"),
                                      std::string("hunter 2"), std::string("hunter2\0", 8), std::string(600, 'h')}) {
    absl::Status status = Read(contents).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << contents;
    EXPECT_THAT(std::string(status.message()), HasSubstr(dir_ / "password"));
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("hunter")));
  }
}

TEST_F(PasswordFile, MustExist) {
  EXPECT_THAT(std::string(ReadPasswordFile(dir_ / "none").status().message()), HasSubstr("No such file"));
}

}  // namespace
}  // namespace tally

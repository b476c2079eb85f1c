#include "apps/trial/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

#include "core/base/check.h"
#include "core/base/strings.h"

namespace tally {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A pipe whose writer writes `text` and closes it.
class Input {
 public:
  explicit Input(std::string text) {
    int ends[2];
    TALLY_CHECK(pipe(ends) == 0);
    fd_ = ends[0];
    writer_ = std::thread([text = std::move(text), fd = ends[1]] {
      for (size_t at = 0; at < text.size();) {
        const ssize_t n = write(fd, text.data() + at, text.size() - at);
        if (n <= 0) break;
        at += static_cast<size_t>(n);
      }
      close(fd);
    });
  }
  ~Input() {
    std::string rest(1 << 16, '\0');
    while (read(fd_, rest.data(), rest.size()) > 0) {
    }
    writer_.join();
    close(fd_);
  }
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  int fd() const { return fd_; }

 private:
  int fd_ = -1;
  std::thread writer_;
};

std::vector<std::string> Lines(LineReader& reader, size_t most) {
  std::vector<std::string> all;
  while (true) {
    auto some = reader.Next(most);
    TALLY_CHECK(some.ok());
    EXPECT_LE(some->size(), most);
    if (some->empty()) return all;
    for (const LineReader::Line& line : *some) all.push_back(Cat(line.number, " ", line.text));
  }
}

TEST(LineReader, ReadsLinesThatEndWithLfOrCrlfOrTheFile) {
  Input input("a\nb\r\n\n\r\nc");
  LineReader reader(input.fd());
  EXPECT_THAT(Lines(reader, 2), ElementsAre("1 a", "2 b", "5 c"));
}

TEST(LineReader, ReadsNothingFromAnEmptyFile) {
  Input input("");
  LineReader reader(input.fd());
  EXPECT_THAT(Lines(reader, 2), ElementsAre());
}

TEST(LineReader, KeepsLinesThatAreLongerThanARead) {
  const std::string medium(700'000, 'm'), large(3'000'000, 'l');
  Input input(Cat(medium, "\n", large, "\n", medium, "\nx\n"));
  LineReader reader(input.fd());
  EXPECT_THAT(Lines(reader, 10), ElementsAre(Cat("1 ", medium), Cat("2 ", large), Cat("3 ", medium), "4 x"));
  EXPECT_EQ(reader.bytes(), 2 * medium.size() + large.size() + 5);
}

TEST(LineReader, RefusesALineWithoutAnEnd) {
  Input input("a\n" + std::string(LineReader::kLineMax + (2 << 20), 'x'));
  LineReader reader(input.fd());
  ASSERT_TRUE(reader.Next(1).ok());
  EXPECT_THAT(reader.Next(1).status().message(), HasSubstr("line 2: expected at most 16777216 bytes"));
}

TEST(LineReader, ReportsAnInputThatCannotBeRead) {
  LineReader reader(-1);
  EXPECT_THAT(reader.Next(1).status().message(), HasSubstr("cannot read: Bad file descriptor"));
}

}  // namespace
}  // namespace tally

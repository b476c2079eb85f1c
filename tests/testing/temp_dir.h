// A temporary directory of a test. The destructor removes it with all its contents.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>

#include "core/base/check.h"

namespace tally {

class TempDir {
 public:
  // `name` is the beginning of the directory's name. It identifies a directory that remains after a test was killed.
  explicit TempDir(std::string_view name = "tally") {
    path_ = (std::filesystem::temp_directory_path() / name).string() + "-" + std::string(6, 'X');
    TALLY_CHECK(mkdtemp(path_.data()) != nullptr);
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::string& path() const { return path_; }

  // Returns the path of `name` inside the directory.
  std::string operator/(std::string_view name) const { return (std::filesystem::path(path_) / name).string(); }

 private:
  std::string path_;
};

}  // namespace tally

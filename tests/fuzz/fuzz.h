// Code that all fuzzers share. Each fuzzer is a file TARGET_fuzz.cc: it calls the function that parses such bytes in
// the node, and fails with TALLY_CHECK if a promise is broken.
//
//   extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
//     const std::string_view input = Input(data, size);
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "core/base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace tally {

inline std::string_view Input(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

// Copies texts, each into a separate allocation, so that the sanitizer detects a read past the end. The copies live as
// long as this object.
class Copies {
 public:
  std::string_view Of(std::string_view text) {
    char* bytes = bytes_.emplace_back(new char[text.size()]).get();
    std::copy(text.begin(), text.end(), bytes);
    return {bytes, text.size()};
  }

  // Copies the parts of `text` between separators, at most `parts_max` of them.
  std::vector<std::string_view> OfParts(std::string_view text, char separator, size_t parts_max) {
    std::vector<std::string_view> parts;
    for (size_t begin = 0; begin <= text.size() && parts.size() < parts_max;) {
      const size_t end = std::min(text.find(separator, begin), text.size());
      parts.push_back(Of(text.substr(begin, end - begin)));
      begin = end + 1;
    }
    return parts;
  }

 private:
  std::vector<std::unique_ptr<char[]>> bytes_;
};

}  // namespace tally

// The files of a data directory as bytes. A test can change some of them and write them to another directory.
//
//   Image image = ReadImage(directory);
//   image[NamesWith(image, ".sst")[0]][100] ^= 1;
//   WriteImage(image, copy.path());
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tally {

using Image = std::map<std::string, std::string>;  // name -> bytes

inline Image ReadImage(const std::string& directory) {
  Image image;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    std::ifstream in(entry.path(), std::ios::binary);
    image[entry.path().filename().string()].assign(std::istreambuf_iterator<char>(in), {});
  }
  return image;
}

inline void WriteImage(const Image& image, const std::string& directory) {
  for (const auto& [name, bytes] : image) {
    std::ofstream(std::filesystem::path(directory) / name, std::ios::binary | std::ios::trunc) << bytes;
  }
}

// Returns the names of the non-empty files whose name contains `part`.
inline std::vector<std::string> NamesWith(const Image& image, std::string_view part) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : image) {
    if (name.find(part) != std::string::npos && !bytes.empty()) names.push_back(name);
  }
  return names;
}

// Returns the positions of the records in a RocksDB WAL or MANIFEST (both have this format). Each record has a header
// of checksum (4 bytes), length (2) and type (1), and none crosses a block of 32 KiB.
inline std::vector<size_t> RecordStarts(std::string_view log) {
  constexpr size_t kBlock = 32 << 10, kHeader = 7;
  std::vector<size_t> starts;
  for (size_t at = 0; at + kHeader <= log.size();) {
    if (kBlock - at % kBlock < kHeader) at += kBlock - at % kBlock;
    if (at + kHeader > log.size()) break;
    starts.push_back(at);
    at += kHeader + static_cast<uint8_t>(log[at + 4]) + (size_t{static_cast<uint8_t>(log[at + 5])} << 8);
  }
  return starts;
}

}  // namespace tally

#include "storage/damaged_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "core/base/strings.h"
#include "rocksdb/sst_file_reader.h"
#include "storage/rocksdb_options.h"

namespace tally {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The paths of RocksDB's files of that kind, as 000012.sst; what cannot be listed has none.
std::vector<std::string> Numbered(const std::string& directory, std::string_view extension) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator file(directory, error), end; !error && file != end; file.increment(error)) {
    const std::string stem = file->path().stem().string();
    if (file->path().extension() == extension && std::all_of(stem.begin(), stem.end(), IsDigit)) {
      paths.push_back(file->path().string());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool IsWell(const std::string& table) {
  rocksdb::SstFileReader reader(RocksDbOptions(nullptr));
  return reader.Open(table).ok() && reader.VerifyChecksum(ReadOptions()).ok();
}

// CURRENT holds the name of the MANIFEST and a line end.
std::string ManifestOrCurrent(const std::string& directory) {
  const std::string current = directory + "/CURRENT";
  std::string name;
  std::ifstream in(current);
  std::error_code error;
  if (!std::getline(in, name) || in.eof() || !name.starts_with("MANIFEST-")) return current;
  const std::string manifest = Cat(directory, "/", name);
  if (std::filesystem::exists(manifest, error)) return manifest;
  return Cat(current, " (or ", name, ", which it names)");
}

}  // namespace

absl::StatusOr<FoundFiles> FindFiles(const std::string& directory) {
  const std::vector<std::string> tables = Numbered(directory, ".sst");
  std::vector<std::string> files = Numbered(directory, ".log");
  files.insert(files.end(), tables.begin(), tables.end());
  std::error_code error;
  if (!files.empty() && !std::filesystem::exists(directory + "/CURRENT", error)) {
    return absl::DataLossError(Cat("data directory ", directory, ": ", directory, "/CURRENT is missing, but ",
                                   files.front(), " is there"));
  }
  return FoundFiles{!tables.empty(), ManifestOrCurrent(directory)};
}

std::string DamagedFile(const std::string& directory, std::string_view message) {
  // For a table that is not there it looks under the name that LevelDB had for it, and says that this one is missing.
  if (const size_t end = message.find(".ldb"); end != std::string_view::npos) {
    const size_t begin = message.rfind('/', end) + 1;
    return Cat(directory, "/", message.substr(begin, end - begin), ".sst");
  }
  const std::vector<std::string> tables = Numbered(directory, ".sst");
  const auto damaged = std::find_if_not(tables.begin(), tables.end(), IsWell);
  return damaged != tables.end() ? *damaged : Cat(ManifestOrCurrent(directory), ", or a table is of another day");
}

}  // namespace tally

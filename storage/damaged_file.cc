#include "storage/damaged_file.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "core/base/strings.h"
#include "rocksdb/env.h"
#include "rocksdb/sst_file_reader.h"
#include "storage/rocksdb_options.h"
#include "storage/table_check.h"

namespace tally {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// The paths of RocksDB's files of that kind, for example 000012.sst; none if the directory cannot be listed.
std::vector<std::string> Numbered(const std::string& directory, std::string_view extension, rocksdb::Env& env) {
  std::vector<std::string> names;
  std::vector<std::string> paths;
  if (!env.GetChildren(directory, &names).ok()) return paths;
  for (const std::string& name : names) {
    if (!name.ends_with(extension)) continue;
    const std::string_view stem = std::string_view(name).substr(0, name.size() - extension.size());
    if (std::all_of(stem.begin(), stem.end(), IsDigit)) paths.push_back(Cat(directory, "/", name));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool IsWell(const std::string& table) {
  const std::unique_ptr<rocksdb::Env> env = CheckTables(*rocksdb::Env::Default());
  rocksdb::SstFileReader reader(RocksDbOptions(nullptr, *env));
  return reader.Open(table).ok() && reader.VerifyChecksum(ReadOptions()).ok();
}

// CURRENT holds the name of the MANIFEST and a line end.
std::string ManifestOrCurrent(const std::string& directory, rocksdb::Env& env) {
  std::string current = directory + "/CURRENT";
  std::string name;
  if (!rocksdb::ReadFileToString(&env, current, &name).ok()) return current;
  if (!name.starts_with("MANIFEST-") || !name.ends_with('\n')) return current;
  name.pop_back();
  std::string manifest = Cat(directory, "/", name);
  if (env.FileExists(manifest).ok()) return manifest;
  return Cat(current, " (or ", name, ", which it names)");
}

}  // namespace

absl::StatusOr<std::string> FindManifest(const std::string& directory, rocksdb::Env& env) {
  std::vector<std::string> files = Numbered(directory, ".log", env);
  const std::vector<std::string> tables = Numbered(directory, ".sst", env);
  files.insert(files.end(), tables.begin(), tables.end());
  if (!files.empty() && env.FileExists(directory + "/CURRENT").IsNotFound()) {
    return absl::DataLossError(
        Cat("data directory ", directory, ": ", directory, "/CURRENT is missing, but ", files.front(), " is there"));
  }
  return ManifestOrCurrent(directory, env);
}

std::string DamagedFile(const std::string& directory, std::string_view message) {
  // For a missing table RocksDB also looks under the name that LevelDB used, and reports that name as missing.
  if (const size_t end = message.find(".ldb"); end != std::string_view::npos) {
    const size_t begin = message.rfind('/', end) + 1;
    return Cat(directory, "/", message.substr(begin, end - begin), ".sst");
  }
  rocksdb::Env& env = *rocksdb::Env::Default();
  const std::vector<std::string> tables = Numbered(directory, ".sst", env);
  const auto damaged = std::find_if_not(tables.begin(), tables.end(), IsWell);
  return damaged != tables.end()
             ? *damaged
             : Cat(ManifestOrCurrent(directory, env), ", or a table was replaced by that of another checkpoint");
}

}  // namespace tally

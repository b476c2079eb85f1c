#include "apps/config/load.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "apps/config/document.h"
#include "apps/config/draft.h"
#include "apps/config/properties.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

absl::StatusOr<std::string> ReadFile(const std::string& name) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(name.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return InvalidArgument(name, ": ", std::strerror(errno));
  std::string text(kConfigBytesMax + 1, '\0');
  const size_t size = std::fread(text.data(), 1, text.size(), file.get());
  if (std::ferror(file.get()) != 0) return InvalidArgument(name, ": ", std::strerror(errno));
  if (size > kConfigBytesMax) return InvalidArgument(name, ": expected at most ", kConfigBytesMax, " bytes");
  text.resize(size);
  return text;
}

// Whether `path` consists of keys joined by dots, as in section.key.
bool IsKeyPath(std::string_view path) {
  if (path.empty() || path.size() > kTextMax) return false;
  char previous = '.';
  for (char c : path) {
    bool in_key = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (!in_key && (c != '.' || previous == '.')) return false;
    previous = c;
  }
  return previous != '.';
}

absl::Status ApplySet(const std::string& set, Draft& draft) {
  const size_t equals = set.find('=');
  const std::string path = set.substr(0, equals);
  if (equals == std::string::npos || !IsKeyPath(path)) {
    // The value after the = is not shown: it may be a password.
    return InvalidArgument("--set ", Shown(path), ": expected section.key=value, such as retention.ttl=4h");
  }
  ASSIGN_OR_RETURN(const TomlValue root, ParseFlag(path, std::string_view(set).substr(equals + 1), "--set"));
  return ApplyLayer(root, draft);
}

// Applies a flag that has its own name; `toml` is its value as the file would write it.
absl::Status ApplyFlag(std::string_view flag, std::string_view path, const std::string& toml, Draft& draft) {
  ASSIGN_OR_RETURN(const TomlValue root, ParseFlag(path, toml, std::string(flag)));
  return ApplyLayer(root, draft);
}

// Converts "A,B" to ["A", "B"].
std::string TomlList(std::string_view names) {
  std::string out = "[";
  for (size_t begin = 0; begin <= names.size();) {
    const size_t end = std::min(names.find(',', begin), names.size());
    Append(out, Cat(begin == 0 ? "" : ", ", QuoteToml(names.substr(begin, end - begin))));
    begin = end + 1;
  }
  return out + "]";
}

absl::Status ApplyFlags(const ConfigSources& sources, Draft& draft) {
  for (const std::string& set : sources.set) RETURN_IF_ERROR(ApplySet(set, draft));
  if (sources.topics.has_value()) {
    RETURN_IF_ERROR(ApplyFlag("--topics", "kafka.topics", TomlList(*sources.topics), draft));
  }
  const struct {
    std::string_view flag, path;
    const std::optional<std::string>& text;
  } flags[] = {
      {"--brokers", "kafka.brokers", sources.brokers},
      {"--data", "checkpoint.dir", sources.data},
      {"--listen", "server.listen", sources.listen},
      {"--http", "server.http", sources.http},
  };
  for (const auto& [flag, path, text] : flags) {
    if (text.has_value()) RETURN_IF_ERROR(ApplyFlag(flag, path, QuoteToml(*text), draft));
  }
  return absl::OkStatus();
}

absl::Status ApplyText(std::string_view text, std::string_view file_name, Draft& draft) {
  ASSIGN_OR_RETURN(const TomlValue root, ParseDocument(text, std::string(file_name)));
  return ApplyLayer(root, draft);
}

absl::StatusOr<Draft> LoadDraft(const ConfigSources& sources) {
  Draft draft;
  if (sources.config.has_value()) {
    ASSIGN_OR_RETURN(const std::string text, ReadFile(*sources.config));
    RETURN_IF_ERROR(ApplyText(text, *sources.config, draft));
  }
  RETURN_IF_ERROR(ApplyFlags(sources, draft));
  RETURN_IF_ERROR(CheckConsistency(draft));
  return draft;
}

}  // namespace

absl::StatusOr<Config> LoadConfig(const ConfigSources& sources) {
  ASSIGN_OR_RETURN(Draft draft, LoadDraft(sources));
  return std::move(draft.config);
}

absl::StatusOr<Config> LoadNodeConfig(const ConfigSources& sources) {
  ASSIGN_OR_RETURN(Draft draft, LoadDraft(sources));
  RETURN_IF_ERROR(CheckKafkaClient(draft.config.kafka, draft.property_where));
  return std::move(draft.config);
}

absl::StatusOr<Config> ParseConfig(std::string_view text, std::string_view file_name) {
  Draft draft;
  RETURN_IF_ERROR(ApplyText(text, file_name, draft));
  RETURN_IF_ERROR(CheckConsistency(draft));
  return std::move(draft.config);
}

}  // namespace tally

#include "apps/config/secrets.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "apps/config/label.h"
#include "apps/config/properties.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr std::string_view kReference = "${ENV:";

// No property of librdkafka has such a name.
constexpr std::string_view kFileSuffix = "_file";

// A line feed at the end is not part of the value: editors and `echo` add it.
absl::StatusOr<std::string> ReadSecretFile(const TomlValue& value, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kPropertyValueMax + 2, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad() || (file.fail() && !file.eof())) {
    return value.Error("cannot read the file ", Shown(path), ": ", std::strerror(errno));
  }
  text.resize(static_cast<size_t>(file.gcount()));
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  return text;
}

absl::Status ReadProperty(const TomlValue& value, std::string name, KafkaProperties& read) {
  std::optional<std::string> text = value.Scalar();
  if (!text.has_value()) return value.Error("expected a string, an integer or a boolean");
  bool hidden = value.replaced();
  if (name.ends_with(kFileSuffix)) {
    name.resize(name.size() - kFileSuffix.size());
    ASSIGN_OR_RETURN(text, ReadSecretFile(value, *text));
    hidden = true;
  }
  if (text->size() > kPropertyValueMax) return value.Error("expected at most ", kPropertyValueMax, " bytes");
  if (text->find('\0') != std::string::npos) return value.Error("the value must not contain U+0000");
  if (name.find('\0') != std::string::npos) return value.Error("the name must not contain U+0000");
  if (absl::Status status = CheckKafkaProperty(name, *text, hidden); !status.ok()) {
    return Annotate(status, value.Where());
  }
  KafkaProperty property{*std::move(text), hidden, value.Where()};
  if (!read.emplace(std::move(name), std::move(property)).second) return value.Error("is given twice");
  return absl::OkStatus();
}

absl::Status Collect(const TomlValue& table, const std::string& prefix, KafkaProperties& read) {
  ASSIGN_OR_RETURN(const TomlValue::TableOf entries, table.Table("a table of properties"));
  for (const TomlValue::Entry& entry : entries) {
    const std::string name = Cat(prefix, entry.key);
    RETURN_IF_ERROR(entry.value.IsTable() ? Collect(entry.value, name + ".", read)
                                          : ReadProperty(entry.value, name, read));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::optional<std::string>> ExpandEnvironment(const TomlValue& value, const std::string& text) {
  std::string expanded;
  size_t at = 0;  // the text before it is expanded
  for (size_t begin; (begin = text.find(kReference, at)) != std::string::npos;) {
    const size_t end = std::min(text.find('}', begin), text.size());
    const std::string name = text.substr(begin + kReference.size(), end - begin - kReference.size());
    if (end == text.size() || !IsIdentifier(name)) {
      return value.Error("expected ${ENV:NAME} with the name of an environment variable, got ", Shown(text));
    }
    const char* variable = std::getenv(name.c_str());
    if (variable == nullptr) return value.Error("the environment variable ", name, " is not set");
    Append(expanded, Cat(std::string_view(text).substr(at, begin - at), std::string_view(variable)));
    at = end + 1;
  }
  if (at == 0) return std::optional<std::string>();
  return std::optional<std::string>(expanded + text.substr(at));
}

absl::StatusOr<KafkaProperties> ReadKafkaProperties(const TomlValue& table) {
  KafkaProperties read;
  RETURN_IF_ERROR(Collect(table, "", read));
  return read;
}

}  // namespace tally

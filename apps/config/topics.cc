#include "apps/config/topics.h"

#include <algorithm>

#include "apps/config/config.h"
#include "apps/config/document.h"
#include "core/base/strings.h"
#include "re2/re2.h"

namespace tally {
namespace {

bool IsTopicName(std::string_view name) {
  if (name.empty() || name.size() > kTopicNameMax || name == "." || name == "..") return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return alphanumeric || c == '.' || c == '_' || c == '-';
  });
}

absl::Status CheckPattern(std::string_view text) {
  const RE2 expression(re2::StringPiece(text.data(), text.size()), RE2::Quiet);
  if (expression.ok()) return absl::OkStatus();
  // RE2 names the part that is wrong, or the whole expression.
  const std::string& part = expression.error_arg();
  const std::string at = part.size() < text.size() ? Cat(", at character ", text.find(part) + 1) : "";
  return InvalidArgument(Shown(text), " is not a regular expression: ", expression.error(), at);
}

}  // namespace

absl::Status CheckTopic(std::string_view topic) {
  if (IsTopicPattern(topic)) return CheckPattern(topic);
  if (IsTopicName(topic)) return absl::OkStatus();
  return InvalidArgument("expected a topic name of letters, digits, '.', '_' and '-', or a regular expression that ",
                         "begins with ^, got ", Shown(topic));
}

}  // namespace tally

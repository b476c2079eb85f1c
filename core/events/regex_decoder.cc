#include "core/events/regex_decoder.h"

#include <algorithm>
#include <map>

#include "core/base/strings.h"
#include "re2/re2.h"

namespace tally {
namespace {

// The memory of one compiled pattern, which is RE2's default. A pattern that needs more is refused. A match that needs
// more falls back to a slower algorithm.
constexpr int64_t kPatternMemory = 8 << 20;

RE2::Options PatternOptions() {
  RE2::Options options;
  // In Latin-1 each byte is a character. In UTF-8, '.' and \S do not match an invalid byte, so one such byte in a line
  // would make an event unparsable.
  options.set_encoding(RE2::Options::EncodingLatin1);
  options.set_max_mem(kPatternMemory);
  options.set_log_errors(false);
  return options;
}

class RegexDecoder final : public Decoder {
 public:
  explicit RegexDecoder(const std::string& pattern)
      : pattern_(re2::StringPiece(pattern.data(), pattern.size()), PatternOptions()) {}

  absl::Status Bind(const std::vector<std::string>& paths) {
    if (!pattern_.ok()) {
      return InvalidArgument("pattern '", pattern_.pattern(),
                             "' is not a valid RE2 regular expression: ", pattern_.error());
    }
    const std::map<std::string, int>& names = pattern_.NamedCapturingGroups();
    int last = -1;  // no group, not even the whole match: RE2 then only returns yes or no
    for (const std::string& path : paths) {
      auto group = names.find(path);
      if (group == names.end()) {
        return InvalidArgument("pattern '", pattern_.pattern(), "' has no group '", path, "'; it has ", List(names));
      }
      groups_.push_back(group->second);
      last = std::max(last, group->second);
    }
    matches_.resize(static_cast<size_t>(last + 1));
    return absl::OkStatus();
  }

  void Load(std::span<const std::string_view> payloads) override { payloads_.assign(payloads.begin(), payloads.end()); }

  bool Decode(size_t i, std::span<Field> fields) override {
    std::string_view payload = payloads_[i];
    if (payload.size() > kPayloadMax) return false;
    if (payload.data() == nullptr) payload = "";  // RE2 uses null for a group that did not match
    if (!pattern_.Match(re2::StringPiece(payload.data(), payload.size()), 0, payload.size(), RE2::UNANCHORED,
                        matches_.data(), static_cast<int>(matches_.size()))) {
      return false;
    }
    for (size_t field = 0; field < groups_.size(); ++field) {
      const re2::StringPiece& match = matches_[static_cast<size_t>(groups_[field])];
      if (match.data() == nullptr) {
        fields[field] = Field{};
      } else {
        fields[field] = Field{Field::Type::kUntyped, {match.data(), match.size()}};
      }
    }
    return true;
  }

 private:
  static std::string List(const std::map<std::string, int>& names) {
    std::string list;
    for (const auto& [name, group] : names) Append(list, Cat(list.empty() ? "" : ", ", "'", name, "'"));
    return list.empty() ? "no named group" : list;
  }

  RE2 pattern_;
  std::vector<int> groups_;                // of each field
  std::vector<re2::StringPiece> matches_;  // from group 0 to the last requested group
  std::vector<std::string_view> payloads_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Decoder>> MakeRegexDecoder(const std::string& pattern,
                                                          const std::vector<std::string>& paths) {
  auto decoder = std::make_unique<RegexDecoder>(pattern);
  absl::Status bound = decoder->Bind(paths);
  if (!bound.ok()) return bound;
  return std::unique_ptr<Decoder>(std::move(decoder));
}

}  // namespace tally

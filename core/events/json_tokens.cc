#include "core/events/json_tokens.h"

#include <bit>

#include "core/base/check.h"
#include "simdjson.h"

namespace tally {
namespace {

// 256 KB of index: it does not grow for texts of the usual size.
constexpr size_t kFirstCapacity = 64 * 1024;

constexpr std::string_view kPortable = "portable";

bool IsOperator(char c) { return c == '{' || c == '}' || c == '[' || c == ']' || c == ':' || c == ','; }

// The index of the quote that closes the string from `text[open]`; npos if there is none, or if a control character
// comes first.
size_t ClosingQuote(std::string_view text, size_t open) {
  for (size_t i = open + 1; i < text.size(); ++i) {
    if (static_cast<unsigned char>(text[i]) < 0x20) return text.npos;
    if (text[i] == '"') return i;
    if (text[i] != '\\') continue;
    if (++i == text.size() || static_cast<unsigned char>(text[i]) < 0x20) return text.npos;
  }
  return text.npos;
}

size_t PlainEnd(std::string_view text, size_t i) {
  while (i < text.size() && IsPlainJsonByte(text[i]) && !IsOperator(text[i])) ++i;
  return i;
}

}  // namespace

class JsonTokens::Simd {
 public:
  explicit Simd(const simdjson::implementation& implementation) {
    // A depth of 1: simdjson's second stage handles nesting, and it is not used here.
    auto error = implementation.create_dom_parser_implementation(kFirstCapacity, 1, parser_);
    TALLY_CHECK(error == simdjson::SUCCESS);
  }

  bool Scan(std::string_view text) {
    if (text.size() > parser_->capacity()) {
      auto error = parser_->set_capacity(std::bit_ceil(text.size()));
      TALLY_CHECK(error == simdjson::SUCCESS);
    }
    auto error =
        parser_->stage1(reinterpret_cast<const uint8_t*>(text.data()), text.size(), simdjson::stage1_mode::regular);
    if (error != simdjson::SUCCESS) return false;
    // There is room for them: simdjson itself writes three after the last one.
    uint32_t* end = parser_->structural_indexes.get() + parser_->n_structural_indexes;
    end[0] = end[1] = static_cast<uint32_t>(text.size());
    return true;
  }

  const uint32_t* begin() const { return parser_->structural_indexes.get(); }
  const uint32_t* end() const { return begin() + parser_->n_structural_indexes; }

 private:
  std::unique_ptr<simdjson::internal::dom_parser_implementation> parser_;
};

std::vector<std::string> JsonTokens::Levels() {
  std::vector<std::string> levels;
  for (const simdjson::implementation* implementation : simdjson::get_available_implementations()) {
    if (implementation->name() == "fallback" || !implementation->supported_by_runtime_system()) continue;
    levels.emplace_back(implementation->name());
  }
  levels.emplace_back(kPortable);
  return levels;
}

JsonTokens::JsonTokens(std::string_view level) {
  if (level == kPortable) return;
  const simdjson::implementation* implementation = simdjson::get_available_implementations()[level];
  TALLY_CHECK(implementation != nullptr && implementation->supported_by_runtime_system());
  simd_ = std::make_unique<Simd>(*implementation);
}

JsonTokens::~JsonTokens() = default;

bool JsonTokens::Scan(std::string_view text) {
  begin_ = nullptr;
  if (text.empty()) return false;
  if (!simd_) return ScanPortably(text);
  if (!simd_->Scan(text)) return false;
  begin_ = simd_->begin();
  return begin_ != simd_->end();
}

bool JsonTokens::ScanPortably(std::string_view text) {
  portable_.clear();
  if (!simdjson::validate_utf8(text.data(), text.size())) return false;
  for (size_t i = 0; i < text.size();) {
    if (IsJsonSpace(text[i])) {
      ++i;
      continue;
    }
    portable_.push_back(static_cast<uint32_t>(i));
    if (text[i] == '"') {
      i = ClosingQuote(text, i);
      if (i == text.npos) return false;
      ++i;
    } else if (IsOperator(text[i])) {
      ++i;
    } else {
      // Every caller refuses a run with other bytes, so the scan ends here. The other levels leave this check to the
      // caller.
      i = PlainEnd(text, i);
      if (i < text.size() && !IsJsonSpace(text[i]) && !IsOperator(text[i])) return false;
    }
  }
  if (portable_.empty()) return false;
  portable_.insert(portable_.end(), 2, static_cast<uint32_t>(text.size()));
  begin_ = portable_.data();
  return true;
}

}  // namespace tally

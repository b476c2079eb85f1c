#include "core/events/json_decoder.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/base/status_macros.h"
#include "core/events/field_tree.h"
#include "core/events/json_scalars.h"
#include "core/events/json_tokens.h"

namespace tally {
namespace {

// Payloads of up to this many bytes are scanned for tokens together: the scan of one event alone takes three times as
// long as its share in a scan of many (decode_bench Json and JsonOneByOne).
constexpr size_t kScannedTogether = 1 << 20;

// Walks the tokens of the payloads in sequence. A Token points into the index of tokens. The functions that take one
// return the next one, or null if the text is not allowed there.
//
// Loaded payloads are in sequence in text_, each with a line end after it, and are scanned together. This finds the
// same tokens as scanning them one by one: a string or character that continues past a line end makes the whole scan
// fail, and then they are scanned one by one.
//
// The index is not checked for its end at each step. A walk that goes past its payload finds the tokens of the next
// one, or the two at the end of the text, where there is a line end. It stops at the next key or bracket, and its
// payload is not an event.
class JsonDecoder final : public Decoder {
 public:
  JsonDecoder(FieldNode root, std::string_view level) : root_(std::move(root)), tokens_(level) {}

  void Load(std::span<const std::string_view> payloads) override {
    payloads_.clear();
    size_t size = 0;
    for (std::string_view payload : payloads) {
      payloads_.push_back(WithoutRegistryPrefix(payload));
      size += payloads_.back().size() + 1;
    }
    together_ = size <= kScannedTogether && Scan(payloads_);
  }

  bool Decode(size_t i, std::span<Field> fields) override {
    std::fill(fields.begin(), fields.end(), Field{});
    std::string_view payload = payloads_[i];
    if (payload.size() > kPayloadMax || (!together_ && !Scan({&payload, 1}))) return false;
    begin_ = together_ ? begins_[i] : 0;
    end_ = begin_ + static_cast<uint32_t>(payload.size());
    fields_ = fields;
    ++round_;
    escapes_ = any_escapes_ && std::memchr(text_.data() + begin_, '\\', payload.size()) != nullptr;
    if (escapes_ && scratch_.size() < payload.size()) scratch_.resize(std::max(payload.size(), 2 * scratch_.size()));
    scratch_used_ = 0;
    return ReadEvent();
  }

 private:
  using Token = const uint32_t*;

  char At(Token token) const { return *Begin(token); }

  const char* Begin(Token token) const { return text_.data() + *token; }

  bool Scan(std::span<const std::string_view> payloads) {
    size_t size = 0;
    for (std::string_view payload : payloads) size += payload.size() + 1;
    if (text_.size() <= size) text_.resize(2 * size + 1);
    begins_.resize(payloads.size());
    char* end = text_.data();
    for (size_t i = 0; i < payloads.size(); ++i) {
      begins_[i] = static_cast<uint32_t>(end - text_.data());
      end = std::copy(payloads[i].begin(), payloads[i].end(), end);
      *end++ = '\n';
    }
    *end = '\n';  // the place of the tokens after the last one
    // One search for all strings: hardly any event has a backslash.
    any_escapes_ = std::memchr(text_.data(), '\\', size) != nullptr;
    bool scanned = tokens_.Scan({text_.data(), size});
    next_ = tokens_.begin();
    return scanned;
  }

  bool ReadEvent() {
    Token token = next_;
    while (*token < begin_) ++token;  // the rest of payloads that were skipped, or were not events
    next_ = token;
    if (At(token) != '{' || *token >= end_) return false;
    ++token;
    if (At(token) == '}') return IsLast(token);
    while (*token < end_) {
      if (At(token) != '"' || At(token + 1) != ':') return false;
      token = ReadValue(Take(root_, Unquoted(token)), token + 2);
      if (token == nullptr) return false;
      if (At(token) == '}') return IsLast(token);
      if (At(token) != ',') return false;
      ++token;
    }
    return false;
  }

  bool IsLast(Token token) {
    if (*token >= end_) return false;  // it closes another event
    next_ = token + 1;
    return *next_ >= end_;
  }

  // The child of `node` that the key `raw` names, only for its first occurrence in this event.
  FieldNode* Take(FieldNode& node, std::string_view raw) {
    if (escapes_) return TakeEscaped(node, raw);
    return Unseen(node.Named(raw));
  }
  [[gnu::noinline]] FieldNode* TakeEscaped(FieldNode& node, std::string_view raw) {
    std::optional<std::string_view> key = Unescaped(raw);
    return key ? Unseen(node.Named(*key)) : nullptr;
  }
  FieldNode* Unseen(FieldNode* node) {
    if (node == nullptr || node->round == round_) return nullptr;
    node->round = round_;
    return node;
  }

  // Reads the value at `token` for `node`, or skips it if that is null.
  [[gnu::always_inline]] inline Token ReadValue(FieldNode* node, Token token) {
    char c = At(token);
    if (c == '"') {
      if (node != nullptr) SetString(*node, Unquoted(token));
      return token + 1;
    }
    if (c == '-' || IsDigit(c)) return ReadNumber(node, token);
    switch (c) {
      case '{':
      case '[': {
        Token next = SkipNested(token);
        if (next != nullptr && node != nullptr) {
          Set(*node, Field::Type::kNoValue, {});
          if (!node->children.empty()) ReadNested(*node, token);
        }
        return next;
      }
      case 't':
        return ReadWord(node, token, "true", Field::Type::kBoolean);
      case 'f':
        return ReadWord(node, token, "false", Field::Type::kBoolean);
      case 'n':
        return ReadWord(node, token, "null", Field::Type::kMissing);
      default:
        return nullptr;
    }
  }

  // The string at `token`, without its quotes. Between the closing quote and the next token there is only white space,
  // so the string itself need not be read.
  std::string_view Unquoted(Token token) const {
    const char* open = Begin(token);
    const char* close = Begin(token + 1) - 1;
    while (*close != '"') --close;
    return {open + 1, static_cast<size_t>(close - open - 1)};
  }

  void SetString(const FieldNode& node, std::string_view raw) {
    std::optional<std::string_view> text = escapes_ ? Unescaped(raw) : raw;
    text ? Set(node, Field::Type::kText, *text) : Set(node, Field::Type::kNoValue, {});
  }

  // `raw` itself if it has no backslash, otherwise a text in scratch_. scratch_ is as long as the payload, which is
  // enough: no string grows when it is unescaped, and none is unescaped twice.
  [[gnu::noinline]] std::optional<std::string_view> Unescaped(std::string_view raw) {
    if (std::memchr(raw.data(), '\\', raw.size()) == nullptr) return raw;
    char* out = scratch_.data() + scratch_used_;
    std::optional<size_t> size = UnescapeJson(raw, out);
    if (!size) return std::nullopt;
    scratch_used_ += *size;
    return std::string_view(out, *size);
  }

  Token ReadNumber(FieldNode* node, Token token) {
    const char* begin = Begin(token);
    std::string_view run(begin, static_cast<size_t>(Begin(token + 1) - begin));
    // Most long numbers consist only of digits up to the next token.
    if (run.size() >= 8 && run.size() <= 16 && run[0] != '0' && AreDigits8To16(run)) {
      if (node != nullptr) Set(*node, Field::Type::kInteger, run);
      return token + 1;
    }
    JsonNumber number = ReadJsonNumber(begin);
    if (number.size == 0 || !OnlySpace(begin + number.size, begin + run.size())) return nullptr;
    if (node == nullptr) return token + 1;
    std::string_view text(begin, number.size);
    if (text == "-0") text.remove_prefix(1);
    Set(*node, number.is_integer ? Field::Type::kInteger : Field::Type::kNumber, text);
    return token + 1;
  }

  Token ReadWord(FieldNode* node, Token token, std::string_view word, Field::Type type) {
    const char* begin = Begin(token);
    const char* next = Begin(token + 1);
    std::string_view run(begin, static_cast<size_t>(next - begin));
    if (!run.starts_with(word) || !OnlySpace(begin + word.size(), next)) return nullptr;
    if (node != nullptr && type != Field::Type::kMissing) Set(*node, type, run.substr(0, word.size()));
    return token + 1;
  }

  static bool OnlySpace(const char* p, const char* end) {
    while (p < end && IsJsonSpace(*p)) ++p;
    return p >= end;
  }

  void Set(const FieldNode& node, Field::Type type, std::string_view text) {
    for (size_t field : node.fields) fields_[field] = Field{type, text};
  }

  // From an opening bracket to the token after the one that closes it.
  [[gnu::noinline]] Token SkipNested(Token token) {
    size_t depth = 1;  // the event's own
    for (; *token < end_; ++token) {
      char c = At(token);
      switch (c) {
        case '{':
        case '[':
          if (depth == kJsonDepthMax) return nullptr;
          closing_[depth++] = c == '{' ? '}' : ']';
          break;
        case '}':
        case ']':
          if (closing_[--depth] != c) return nullptr;
          if (depth == 1) return token + 1;
          break;
        case '"':
        case ':':
        case ',':
          break;
        default:
          if (!OnlyPlain(Begin(token), Begin(token + 1))) return nullptr;
      }
    }
    return nullptr;
  }

  static bool OnlyPlain(const char* p, const char* end) {
    while (p < end && (IsPlainJsonByte(*p) || IsJsonSpace(*p))) ++p;
    return p == end;
  }

  // Looks for the children of `node` between the brackets at `token`, which SkipNested() found balanced. Ends at the
  // first byte that is not JSON. Its recursion is as deep as the pointers, which is limited.
  [[gnu::noinline]] void ReadNested(FieldNode& node, Token token) {
    bool array = At(token) == '[';
    size_t wanted = node.children.size();
    ++token;
    for (size_t position = 0; wanted > 0; ++position, ++token) {
      FieldNode* child = nullptr;
      if (array) {
        child = Unseen(node.At(position));
      } else {
        if (At(token) != '"' || At(token + 1) != ':') return;
        child = Take(node, Unquoted(token));
        token += 2;
      }
      if (child != nullptr) --wanted;
      token = ReadValue(child, token);
      if (token == nullptr || At(token) != ',') return;
    }
  }

  FieldNode root_;
  JsonTokens tokens_;
  std::vector<char> scratch_;  // unescaped strings
  size_t scratch_used_ = 0;
  char closing_[kJsonDepthMax];  // for each open bracket of a nested value, its closing bracket
  uint64_t round_ = 0;

  // The loaded payloads, and their tokens.
  std::vector<std::string_view> payloads_;
  bool together_ = false;
  std::vector<char> text_;
  std::vector<uint32_t> begins_;  // in text_
  bool any_escapes_ = false;
  Token next_ = nullptr;  // later payloads begin at or after it

  // The current payload.
  uint32_t begin_ = 0;
  uint32_t end_ = 0;
  bool escapes_ = false;
  std::span<Field> fields_;
};

}  // namespace

std::vector<std::string> JsonLevels() { return JsonTokens::Levels(); }

absl::StatusOr<std::unique_ptr<Decoder>> MakeJsonDecoder(const std::vector<std::string>& paths,
                                                         std::string_view level) {
  ASSIGN_OR_RETURN(FieldNode root, MakeFieldTree(paths));
  return std::unique_ptr<Decoder>(std::make_unique<JsonDecoder>(std::move(root), level));
}

}  // namespace tally

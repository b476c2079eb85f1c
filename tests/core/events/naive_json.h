// A second implementation of json_decoder.h: byte by byte, without simdjson, and without regard for speed. Tests
// compare the decoder with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/events/field.h"

namespace tally {

class NaiveJson {
 public:
  using Value = std::pair<Field::Type, std::string>;

  // Without the prefix of a schema registry.
  explicit NaiveJson(std::string_view text) : text_(text.size() >= 6 && text[0] == 0 ? text.substr(5) : text) {}

  // Whether the text is an event.
  bool IsEvent() const {
    if (!IsUtf8()) return false;
    size_t i = Space(0);
    if (At(i) != '{') return false;
    std::optional<size_t> end = Members(i, nullptr);
    return end && Space(*end) == text_.size();
  }

  // The field at the keys of a pointer, or at the one key of a top-level value. The text is an event.
  Value Find(const std::vector<std::string>& keys) const { return Walk(Space(0), keys, 0); }

 private:
  struct Member {
    std::optional<std::string> key;  // nothing if it has a broken escape
    size_t value;
  };

  char At(size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  static bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
  static bool IsDigit(char c) { return c >= '0' && c <= '9'; }
  static bool IsOperator(char c) { return std::string_view("{}[]:,").find(c) != std::string_view::npos; }
  size_t Space(size_t i) const {
    while (i < text_.size() && IsSpace(text_[i])) ++i;
    return i;
  }

  bool IsUtf8() const {
    for (size_t i = 0; i < text_.size();) {
      auto byte = [this](size_t at) { return static_cast<uint32_t>(static_cast<unsigned char>(At(at))); };
      uint32_t lead = byte(i);
      size_t size = lead < 0x80 ? 1 : lead >> 5 == 6 ? 2 : lead >> 4 == 14 ? 3 : lead >> 3 == 30 ? 4 : 0;
      if (size == 0 || i + size > text_.size()) return false;
      uint32_t code = size == 1 ? lead : lead & (0x7fu >> size);
      for (size_t k = 1; k < size; ++k) {
        if (byte(i + k) >> 6 != 2) return false;
        code = code << 6 | (byte(i + k) & 0x3f);
      }
      constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
      if (code < kSmallest[size] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
      i += size;
    }
    return true;
  }

  // The position after the closing quote of the string that opens at `i`.
  std::optional<size_t> StringEnd(size_t i) const {
    for (++i; i < text_.size(); ++i) {
      if (static_cast<unsigned char>(text_[i]) < 0x20) return std::nullopt;
      if (text_[i] == '"') return i + 1;
      if (text_[i] == '\\' && static_cast<unsigned char>(At(++i)) < 0x20) return std::nullopt;
    }
    return std::nullopt;
  }

  std::optional<std::string> Unescape(std::string_view raw) const {
    std::string out;
    for (size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\\') {
        out += raw[i];
        continue;
      }
      constexpr std::string_view kNames = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
      size_t simple = kNames.find(raw[++i]);
      if (simple != std::string_view::npos) {
        out += kMeanings[simple];
        continue;
      }
      auto unit = [raw](size_t at) -> std::optional<uint32_t> {
        if (at + 6 > raw.size() || raw[at] != '\\' || raw[at + 1] != 'u') return std::nullopt;
        std::string digits(raw.substr(at + 2, 4));
        if (digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return std::nullopt;
        return static_cast<uint32_t>(std::stoul(digits, nullptr, 16));
      };
      std::optional<uint32_t> code = unit(i - 1);
      if (!code || (*code >= 0xdc00 && *code < 0xe000)) return std::nullopt;
      i += 4;
      if (*code >= 0xd800 && *code < 0xdc00) {
        std::optional<uint32_t> low = unit(i + 1);
        if (!low || *low < 0xdc00 || *low >= 0xe000) return std::nullopt;
        code = 0x10000 + (*code - 0xd800) * 0x400 + (*low - 0xdc00);
        i += 6;
      }
      AppendUtf8(*code, out);
    }
    return out;
  }

  static void AppendUtf8(uint32_t code, std::string& out) {
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    constexpr uint32_t kLead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t k = 0; k < size; ++k) {
      uint32_t part = code >> (6 * (size - 1 - k));
      out += static_cast<char>(k == 0 ? kLead[size] | part : 0x80 | (part & 0x3f));
    }
  }

  // The position after the number at `i`, and whether it is an integer.
  std::optional<std::pair<size_t, bool>> NumberEnd(size_t i) const {
    auto digits = [this](size_t at) {
      while (IsDigit(At(at))) ++at;
      return at;
    };
    if (At(i) == '-') ++i;
    if (!IsDigit(At(i))) return std::nullopt;
    i = At(i) == '0' ? i + 1 : digits(i);
    bool integer = true;
    if (At(i) == '.') {
      if (!IsDigit(At(i + 1))) return std::nullopt;
      i = digits(i + 1);
      integer = false;
    }
    if (At(i) == 'e' || At(i) == 'E') {
      ++i;
      if (At(i) == '+' || At(i) == '-') ++i;
      if (!IsDigit(At(i))) return std::nullopt;
      i = digits(i);
      integer = false;
    }
    return std::pair(i, integer);
  }

  // The position after the number or word at `i`. A separator must follow it.
  std::optional<size_t> ScalarEnd(size_t i) const {
    size_t end = 0;
    for (std::string_view word : {"true", "false", "null"}) {
      if (text_.substr(i).starts_with(word)) end = i + word.size();
    }
    if (end == 0) {
      auto number = NumberEnd(i);
      if (!number) return std::nullopt;
      end = number->first;
    }
    if (end < text_.size() && !IsSpace(text_[end]) && !IsOperator(text_[end])) return std::nullopt;
    return end;
  }

  // The position after the bracket that closes the one at `i`, by balance alone.
  std::optional<size_t> NestedEnd(size_t i) const {
    std::string open;
    bool in_word = false;
    while (i < text_.size()) {
      char c = text_[i];
      if (c == '"') {
        if (in_word) return std::nullopt;
        std::optional<size_t> end = StringEnd(i);
        if (!end) return std::nullopt;
        i = *end;
        continue;
      }
      in_word = false;
      if (c == '{' || c == '[') {
        open += c;
        if (open.size() > 1023) return std::nullopt;  // the event itself is the first of 1024
      } else if (c == '}' || c == ']') {
        if (open.back() != (c == '}' ? '{' : '[')) return std::nullopt;
        open.pop_back();
        if (open.empty()) return i + 1;
      } else if (!IsSpace(c) && c != ',' && c != ':') {
        unsigned char byte = static_cast<unsigned char>(c);
        if (byte <= ' ' || byte >= 0x7f || c == '\\') return std::nullopt;
        in_word = true;
      }
      ++i;
    }
    return std::nullopt;
  }

  std::optional<size_t> ValueEnd(size_t i) const {
    if (At(i) == '"') return StringEnd(i);
    if (At(i) == '{' || At(i) == '[') return NestedEnd(i);
    return ScalarEnd(i);
  }

  // Reads the object or array at `i` up to its end, or to its first error. Returns the position after it, if it has an
  // end.
  std::optional<size_t> Members(size_t i, std::vector<Member>* members) const {
    bool array = At(i) == '[';
    char close = array ? ']' : '}';
    i = Space(i + 1);
    if (At(i) == close) return i + 1;
    for (size_t position = 0;; ++position) {
      Member member{std::to_string(position), 0};
      if (!array) {
        if (At(i) != '"') return std::nullopt;
        std::optional<size_t> end = StringEnd(i);
        if (!end) return std::nullopt;
        member.key = Unescape(text_.substr(i + 1, *end - i - 2));
        i = Space(*end);
        if (At(i) != ':') return std::nullopt;
        i = Space(i + 1);
      }
      member.value = i;
      std::optional<size_t> end = ValueEnd(i);
      if (!end) return std::nullopt;
      if (members != nullptr) members->push_back(member);
      i = Space(*end);
      if (At(i) == close) return i + 1;
      if (At(i) != ',') return std::nullopt;
      i = Space(i + 1);
    }
  }

  Value Walk(size_t i, const std::vector<std::string>& keys, size_t depth) const {
    if (depth == keys.size()) return Scalar(i);
    if (At(i) != '{' && At(i) != '[') return {};
    std::vector<Member> members;
    Members(i, &members);
    for (const Member& member : members) {
      if (member.key == keys[depth]) return Walk(member.value, keys, depth + 1);
    }
    return {};
  }

  Value Scalar(size_t i) const {
    if (At(i) == 'n') return {};
    if (At(i) == '{' || At(i) == '[') return {Field::Type::kNoValue, ""};
    if (At(i) == '"') {
      std::optional<std::string> text = Unescape(text_.substr(i + 1, *StringEnd(i) - i - 2));
      return text ? Value(Field::Type::kText, *text) : Value(Field::Type::kNoValue, "");
    }
    std::string text(text_.substr(i, *ScalarEnd(i) - i));
    if (At(i) == 't' || At(i) == 'f') return {Field::Type::kBoolean, text};
    if (!NumberEnd(i)->second) return {Field::Type::kNumber, text};
    return {Field::Type::kInteger, text == "-0" ? "0" : text};
  }

  std::string_view text_;
};

}  // namespace tally

// The one password of a node, or none.
//
//   Password password("hunter2");
//   if (password.needed() && !password.Is(given)) ...
//
// Immutable and so thread-safe. Nothing prints it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace tally {

class Password {
 public:
  Password() = default;  // no password: every client is authorized
  explicit Password(std::string text) : text_(std::move(text)) {}

  bool needed() const { return !text_.empty(); }

  // The time depends on the length of `given`, not on how much of it is right. REQUIRES: needed().
  bool Is(std::string_view given) const;

 private:
  std::string text_;
};

}  // namespace tally

// Makes invalid events from valid ones.
//
//   Mutator mutator(seed, corpus);
//   Feed(mutator.Next());
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tally {

class Mutator {
 public:
  Mutator(uint32_t seed, std::vector<std::string> corpus) : random_(seed), corpus_(std::move(corpus)) {}

  // Returns an event of the corpus with one to four mutations: bytes or parts are inserted, removed or changed, or come
  // from another event.
  std::string Next() {
    std::string text = corpus_[Below(corpus_.size())];
    for (size_t n = 1 + Below(4); n > 0; --n) Mutate(text);
    return text;
  }

 private:
  size_t Below(size_t n) { return n == 0 ? 0 : random_() % n; }

  void Mutate(std::string& text) {
    using std::string_view_literals::operator""sv;
    constexpr std::string_view kBytes =
        "\"\"\\\\{}[]:,,:\t\n 0123456789-+.eEtfnuax\0\x01\x0c\x1a\x1f\x7f\x80\xa9\xbf\xc3\xe2\xed\xf0\xff"sv;
    size_t at = Below(text.size() + 1);
    char byte = kBytes[Below(kBytes.size())];
    switch (Below(7)) {
      case 0:
      case 1:
        text.insert(at, 1, byte);
        break;
      case 2:
      case 3:
        if (at < text.size()) text[at] = byte;
        break;
      case 4:
        text.erase(at, 1 + Below(3));
        break;
      case 5:
        text.insert(at, text.substr(Below(text.size()), Below(30)));
        break;
      case 6: {
        const std::string& other = corpus_[Below(corpus_.size())];
        text = text.substr(0, at) + other.substr(Below(other.size()));
        break;
      }
    }
  }

  std::mt19937 random_;
  const std::vector<std::string> corpus_;
};

}  // namespace tally

// Requests that wait, first in, first out. Each is a list of words.
//
//   WordQueue queue;
//   queue.Push(words);
//   Run(queue.Front());
//   queue.Pop();
//
// A word takes its bytes and 4 more. Popping frees nothing before the queue is destroyed. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tally {

class WordQueue {
 public:
  void Push(std::span<const std::string_view> words) {
    sizes_.push_back(static_cast<uint32_t>(words.size()));
    for (std::string_view word : words) {
      sizes_.push_back(static_cast<uint32_t>(word.size()));
      bytes_.append(word);
    }
    ++requests_;
  }

  size_t size() const { return requests_; }
  size_t held_bytes() const { return bytes_.capacity() + sizes_.capacity() * sizeof(uint32_t); }

  // The words of the first request, until the next call that is not const. REQUIRES: there is one.
  std::span<const std::string_view> Front() {
    front_.clear();
    size_t at = byte_at_;
    for (uint32_t i = 1; i <= sizes_[size_at_]; ++i) {
      const uint32_t size = sizes_[size_at_ + i];
      front_.push_back(std::string_view(bytes_).substr(at, size));
      at += size;
    }
    return front_;
  }

  // REQUIRES: Front() was called for this request.
  void Pop() {
    for (std::string_view word : front_) byte_at_ += word.size();
    size_at_ += 1 + front_.size();
    --requests_;
  }

 private:
  std::string bytes_;            // of all words
  std::vector<uint32_t> sizes_;  // for each request the number of its words, then their sizes
  size_t byte_at_ = 0;           // of the first request, in bytes_
  size_t size_at_ = 0;           // of the first request, in sizes_
  size_t requests_ = 0;
  std::vector<std::string_view> front_;
};

}  // namespace tally

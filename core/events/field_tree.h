// The requested fields as a tree of JSON keys. "time" and "/user/country" become
//
//   (the event) -+- time
//                +- user --- country
//
// It is built once and walked with each event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tally {

struct FieldNode {
  static constexpr size_t kNoIndex = SIZE_MAX;

  std::string key;             // unescaped
  size_t index = kNoIndex;     // `key` as the index of an array, if it is one
  std::vector<size_t> fields;  // the fields with this value: two for "user" and "/user"
  std::vector<FieldNode> children;
  uint64_t tag = 0;     // of `key`: different for most keys
  uint64_t filter = 0;  // a bit for the tag of each child: rejects most keys that no child has
  uint64_t round = 0;   // the last event with this key: the second value of a key is ignored

  // All bytes of a name of up to kTagged bytes, some bytes of a longer one.
  static uint64_t TagOf(std::string_view name) {
    auto four = [](const char* p) {
      uint32_t bytes;
      std::memcpy(&bytes, p, sizeof bytes);
      return uint64_t{bytes};
    };
    auto byte = [](char c) { return uint64_t{static_cast<unsigned char>(c)}; };
    if (name.size() >= 4) return four(name.data()) | four(name.data() + name.size() - 4) << 32;
    if (name.empty()) return 0;
    return byte(name.front()) | byte(name[name.size() / 2]) << 8 | byte(name.back()) << 16;
  }
  static constexpr size_t kTagged = 8;
  static uint64_t FilterBit(uint64_t name_tag) { return uint64_t{1} << (name_tag * 0x9e3779b97f4a7c15u >> 58); }

  // The child with that name or index. Null if there is none.
  FieldNode* Named(std::string_view name) {
    uint64_t name_tag = TagOf(name);
    if ((filter & FilterBit(name_tag)) == 0) return nullptr;
    for (FieldNode& child : children) {
      if (child.tag != name_tag || child.key.size() != name.size()) continue;
      if (name.size() <= kTagged || child.key == name) return &child;
    }
    return nullptr;
  }
  FieldNode* At(size_t position) {
    for (FieldNode& child : children) {
      if (child.index == position) return &child;
    }
    return nullptr;
  }
};

// The depth to which an event may nest, itself included. A deeper pointer could never find anything and is refused.
inline constexpr size_t kJsonDepthMax = 1024;

// The tree of `paths`. Each is the key of a top-level value, or a JSON pointer if it begins with '/'. Fails for a
// pointer that RFC 6901 does not allow (a '~' that is neither ~0 nor ~1) or that is too deep.
absl::StatusOr<FieldNode> MakeFieldTree(const std::vector<std::string>& paths);

}  // namespace tally

// The fields that somebody asked for, as a tree of JSON keys: "time" and "/user/country" become
//
//   (the event) -+- time
//                +- user --- country
//
// Built once, then walked beside each event.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace tally {

struct FieldNode {
  static constexpr size_t kNoIndex = SIZE_MAX;

  std::string key;                  // unescaped
  size_t index = kNoIndex;          // `key` as the index of an array, if it is one
  std::vector<size_t> fields;       // whose value this is: two for "user" and "/user"
  std::vector<FieldNode> children;
  uint32_t tag = 0;                 // of `key`: nearly always enough to tell it from others
  uint64_t filter = 0;              // a bit for the tag of each child: most keys are nobody's, and seen to be here
  uint64_t round = 0;               // the event that this was last seen in; a key's second value must not count

  // Of size, first and last byte.
  static uint32_t TagOf(std::string_view name) {
    if (name.empty()) return 0;
    auto byte = [](char c) { return uint32_t{static_cast<unsigned char>(c)}; };
    return static_cast<uint32_t>(name.size()) << 16 | byte(name.front()) << 8 | byte(name.back());
  }
  static uint64_t FilterBit(uint32_t name_tag) { return uint64_t{1} << (name_tag * 0x9e3779b9u >> 26); }

  // The child of that name or index; null if nobody asked for it.
  FieldNode* Named(std::string_view name) {
    uint32_t name_tag = TagOf(name);
    if ((filter & FilterBit(name_tag)) == 0) return nullptr;
    for (FieldNode& child : children) {
      if (child.tag == name_tag && child.key == name) return &child;
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

// How deep an event may nest, itself included; a pointer that goes deeper could never find anything and is refused.
inline constexpr size_t kJsonDepthMax = 1024;

// The tree of `paths`, each the key of a top-level value, or a JSON pointer if it begins with '/'. Fails for a pointer
// that RFC 6901 does not allow (a '~' that is neither ~0 nor ~1) or that is too deep.
absl::StatusOr<FieldNode> MakeFieldTree(const std::vector<std::string>& paths);

}  // namespace tally

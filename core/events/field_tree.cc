#include "core/events/field_tree.h"

#include <charconv>

#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// RFC 6901: 0, or digits without a leading 0.
size_t ArrayIndex(std::string_view key) {
  if (key.empty() || (key[0] == '0' && key.size() > 1)) return FieldNode::kNoIndex;
  size_t index = 0;
  auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  return error == std::errc() && end == key.data() + key.size() ? index : FieldNode::kNoIndex;
}

absl::StatusOr<std::string> UnescapeToken(std::string_view path, std::string_view token) {
  std::string key;
  for (size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      key += token[i];
    } else if (++i < token.size() && (token[i] == '0' || token[i] == '1')) {
      key += token[i] == '0' ? '~' : '/';
    } else {
      return InvalidArgument("'", path, "': expected ~0 or ~1 for each '~' in a JSON pointer");
    }
  }
  return key;
}

absl::StatusOr<std::vector<std::string>> KeysOf(std::string_view path) {
  std::vector<std::string> keys;
  if (!path.starts_with('/')) {
    keys.emplace_back(path);
    return keys;
  }
  for (size_t begin = 1; begin != 0;) {
    size_t end = path.find('/', begin);
    ASSIGN_OR_RETURN(std::string key, UnescapeToken(path, path.substr(begin, end - begin)));
    keys.push_back(std::move(key));
    begin = end + 1;  // 0 after the last one
    if (keys.size() > kJsonDepthMax) {
      return InvalidArgument("'", path.substr(0, 100), "...': expected a JSON pointer of at most ", kJsonDepthMax,
                             " keys");
    }
  }
  return keys;
}

FieldNode& ChildFor(FieldNode& node, const std::string& key) {
  if (FieldNode* child = node.Named(key)) return *child;
  FieldNode& child = node.children.emplace_back();
  child.key = key;
  child.tag = FieldNode::TagOf(key);
  node.filter |= FieldNode::FilterBit(child.tag);
  child.index = ArrayIndex(key);
  return child;
}

}  // namespace

absl::StatusOr<FieldNode> MakeFieldTree(const std::vector<std::string>& paths) {
  FieldNode root;
  for (size_t i = 0; i < paths.size(); ++i) {
    ASSIGN_OR_RETURN(std::vector<std::string> keys, KeysOf(paths[i]));
    FieldNode* node = &root;
    for (const std::string& key : keys) node = &ChildFor(*node, key);
    node->fields.push_back(i);
  }
  return root;
}

}  // namespace tally

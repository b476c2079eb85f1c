// The elements of kafka.topics.
#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace tally {

// Whether an element is a regular expression (RE2), which selects the topics whose whole name it matches. No topic's
// name begins with ^.
inline bool IsTopicPattern(std::string_view topic) { return topic.starts_with('^'); }

// Fails unless `topic` is a possible name of a topic or a valid regular expression.
absl::Status CheckTopic(std::string_view topic);

}  // namespace tally

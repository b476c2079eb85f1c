#include "apps/node/topic_set.h"

#include <algorithm>
#include <utility>

#include "apps/config/topics.h"
#include "core/base/check.h"
#include "core/base/status_macros.h"

namespace tally {
namespace {

// Kafka's own; only their names select them.
constexpr std::string_view kInternalTopics[] = {"__consumer_offsets", "__transaction_state", "__share_group_state"};

bool IsInternal(std::string_view topic) {
  return std::find(std::begin(kInternalTopics), std::end(kInternalTopics), topic) != std::end(kInternalTopics);
}

bool Matches(std::string_view topic, const RE2& expression) {
  return !IsInternal(topic) && RE2::FullMatch(re2::StringPiece(topic.data(), topic.size()), expression);
}

}  // namespace

TopicSet::TopicSet(const std::vector<std::string>& topics) {
  for (const std::string& topic : topics) {
    if (!IsTopicPattern(topic)) {
      names_.push_back(topic);
      continue;
    }
    patterns_.push_back({topic, std::make_unique<const RE2>(topic)});
    TALLY_CHECK(patterns_.back().expression->ok());
  }
}

bool TopicSet::IsNamed(std::string_view topic) const {
  return std::find(names_.begin(), names_.end(), topic) != names_.end();
}

bool TopicSet::IsMatched(std::string_view topic) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const Pattern& pattern) { return Matches(topic, *pattern.expression); });
}

bool TopicSet::Contains(std::string_view topic) const { return IsNamed(topic) || IsMatched(topic); }

// Names are asked for one by one, so that a topic that is not authorized is told from one that does not exist.
absl::StatusOr<LogBounds::Topics> TopicSet::Find(KafkaMetadata& kafka, absl::Duration timeout) const {
  LogBounds::Topics matched;
  std::vector<std::string> names = names_;
  if (!patterns_.empty()) {
    ASSIGN_OR_RETURN(
        matched,
        kafka.ListMatching([this](std::string_view topic) { return IsMatched(topic) && !IsNamed(topic); }, timeout));
    MutexLock lock(mutex_);
    for (const std::string& topic : matched_) {
      if (!matched.contains(topic)) names.push_back(topic);
    }
  }
  ASSIGN_OR_RETURN(LogBounds::Topics found, kafka.ListPartitions(names, timeout));
  found.merge(std::move(matched));
  if (!patterns_.empty()) {
    const std::vector<std::string> all = MatchedIn(found);
    MutexLock lock(mutex_);
    matched_ = {all.begin(), all.end()};
  }
  return found;
}

std::vector<std::string> TopicSet::MissingIn(const LogBounds::Topics& found) const {
  std::vector<std::string> missing;
  for (const std::string& name : names_) {
    const auto topic = found.find(name);
    if (topic == found.end() || !topic->second) missing.push_back(name);
  }
  for (const Pattern& pattern : patterns_) {
    const bool any = std::any_of(found.begin(), found.end(),
                                 [&](const auto& topic) { return Matches(topic.first, *pattern.expression); });
    if (!any) missing.push_back(pattern.text);
  }
  return missing;
}

std::vector<std::string> TopicSet::MatchedIn(const LogBounds::Topics& found) const {
  std::vector<std::string> matched;
  for (const auto& [topic, partitions] : found) {
    if (!IsNamed(topic)) matched.push_back(topic);
  }
  return matched;
}

}  // namespace tally

#include "core/query/name_pins.h"

#include <algorithm>
#include <deque>

namespace tally {

class NamePins::Held {
 public:
  Held(NamePins& owner, absl::Duration now) : owner_(owner) {
    for (const Counters* counters : owner.slices_) tables_.emplace_back(counters->series());
    MutexLock lock(owner_.mutex_);
    taken_at_ = owner_.taken_at_.insert(owner_.taken_at_.end(), now);
  }
  ~Held() {
    MutexLock lock(owner_.mutex_);
    owner_.taken_at_.erase(taken_at_);
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;

 private:
  NamePins& owner_;
  std::deque<SeriesTable::Pin> tables_;
  std::list<absl::Duration>::iterator taken_at_;
};

std::shared_ptr<const void> NamePins::Take(absl::Duration now) { return std::make_shared<Held>(*this, now); }

absl::Duration NamePins::OldestAge(absl::Duration now) const {
  MutexLock lock(mutex_);
  return taken_at_.empty() ? absl::ZeroDuration() : std::max(absl::ZeroDuration(), now - taken_at_.front());
}

}  // namespace tally

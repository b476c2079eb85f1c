#include "core/counters/series_table.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"

namespace tally {
namespace {

std::string_view WithoutLastValue(std::string_view name) { return name.substr(0, name.rfind(':')); }

bool HasOther(std::string_view name) {
  return name.size() > kOther.size() && name.substr(name.size() - kOther.size()) == kOther &&
         name[name.size() - kOther.size() - 1] == ':';
}

std::string OtherInEvery(const SeriesTable::Metric& metric) {
  std::string name = metric.name;
  for (uint32_t i = 0; i < metric.dimensions; ++i) Append(name, ':'), Append(name, kOther);
  return name;
}

}  // namespace

SeriesTable::SeriesTable(std::vector<Metric> metrics, size_t series_max)
    : metrics_(std::move(metrics)),
      series_max_(series_max),
      by_name_(0, HashName{&entries_}, EqualName{&entries_}),
      ordered_(ByName{&entries_}) {}

std::optional<uint32_t> SeriesTable::MetricOf(std::string_view name) const {
  size_t values = static_cast<size_t>(std::count(name.begin(), name.end(), ':'));
  std::string_view metric = name.substr(0, name.find(':'));
  for (uint32_t i = 0; i < metrics_.size(); ++i) {
    if (metrics_[i].name == metric && metrics_[i].dimensions == values) return i;
  }
  return std::nullopt;
}

SeriesTable::Admission SeriesTable::Admit(uint32_t metric, std::string_view name) {
  MutexLock lock(mutex_);
  if (SeriesId id = Known(name); id != kNoSeries) return {id};
  const Metric& of = metrics_[metric];
  if (of.dimensions == 0 || named_ < series_max_) return {Add(name)};
  std::string other = Cat(WithoutLastValue(name), ':', kOther);
  SeriesId id = Known(other);
  if (id == kNoSeries && others_ >= kOtherMax) {
    other = OtherInEvery(of);
    id = Known(other);
  }
  return {id != kNoSeries ? id : Add(other), /*cacheable=*/false};
}

SeriesId SeriesTable::Known(std::string_view name) {
  auto known = by_name_.find(name);
  if (known == by_name_.end()) return kNoSeries;
  entries_[*known].retiring = false;
  return *known;
}

SeriesId SeriesTable::Add(std::string_view name) {
  SeriesId id = static_cast<SeriesId>(entries_.size());
  if (!free_.empty()) {
    id = free_.back();
    free_.pop_back();
  }
  Insert(id, name);
  admitted_.push_back(id);
  return id;
}

void SeriesTable::Insert(SeriesId id, std::string_view name) {
  if (id >= entries_.size()) entries_.resize(id + size_t{1});
  entries_[id] = {std::string(name), /*live=*/true, /*retiring=*/false};
  TALLY_CHECK(by_name_.insert(id).second);
  ordered_.insert(id);
  ++LimitOf(name);
}

void SeriesTable::Free(SeriesId id) {
  Entry& entry = entries_[id];
  --LimitOf(entry.name);
  ordered_.erase(id);
  by_name_.erase(id);
  entry = {};
  free_.push_back(id);
}

// Which number of series that live `name` belongs to.
size_t& SeriesTable::LimitOf(std::string_view name) {
  if (HasOther(name)) return others_;
  return name.find(':') == std::string_view::npos ? whole_ : named_;
}

bool SeriesTable::Restore(SeriesId id, std::string_view name) {
  bool of_a_metric = MetricOf(name).has_value();
  MutexLock lock(mutex_);
  // The numbers between are free until their own Restore().
  for (SeriesId gap = static_cast<SeriesId>(entries_.size()); gap <= id; ++gap) entries_.emplace_back();
  if (of_a_metric) Insert(id, name);
  return of_a_metric;
}

void SeriesTable::FinishRestore() {
  MutexLock lock(mutex_);
  for (SeriesId id = static_cast<SeriesId>(entries_.size()); id-- > 0;) {
    if (!entries_[id].live) free_.push_back(id);
  }
}

SeriesId SeriesTable::Find(std::string_view name) const {
  MutexLock lock(mutex_);
  auto known = by_name_.find(name);
  return known == by_name_.end() ? kNoSeries : *known;
}

std::string SeriesTable::Name(SeriesId id) const {
  MutexLock lock(mutex_);
  return entries_[id].name;
}

std::string SeriesTable::NameIfLive(SeriesId id) const {
  MutexLock lock(mutex_);
  return id < entries_.size() && entries_[id].live ? entries_[id].name : std::string();
}

void SeriesTable::Names(std::span<const SeriesId> ids, std::vector<std::string>& names) const {
  MutexLock lock(mutex_);
  for (SeriesId id : ids) names.push_back(entries_[id].name);
}

std::vector<SeriesId> SeriesTable::List(std::string_view prefix, absl::FunctionRef<bool(std::string_view)> keep) const {
  MutexLock lock(mutex_);
  std::vector<SeriesId> ids;
  for (auto at = ordered_.lower_bound(prefix); at != ordered_.end(); ++at) {
    std::string_view name = entries_[*at].name;
    if (!name.starts_with(prefix)) break;
    if (keep(name)) ids.push_back(*at);
  }
  return ids;
}

SeriesId SeriesTable::FirstFrom(std::string_view name) const {
  MutexLock lock(mutex_);
  auto at = ordered_.lower_bound(name);
  return at == ordered_.end() ? kNoSeries : *at;
}

size_t SeriesTable::size() const {
  MutexLock lock(mutex_);
  return by_name_.size();
}

SeriesTable::Pin::Pin(const SeriesTable& table) : table_(table) {
  MutexLock lock(table_.mutex_);
  ++table_.pins_;
}

SeriesTable::Pin::~Pin() {
  MutexLock lock(table_.mutex_);
  --table_.pins_;
}

void SeriesTable::BeginRetiring(std::span<const SeriesId> ids) {
  MutexLock lock(mutex_);
  for (SeriesId id : ids) entries_[id].retiring = true;
}

std::vector<SeriesId> SeriesTable::FinishRetiring(std::span<const SeriesId> ids,
                                                  absl::FunctionRef<bool(SeriesId)> unused) {
  std::vector<SeriesId> freed;
  while (!ids.empty()) {
    size_t n = std::min(ids.size(), kChunk);
    MutexLock lock(mutex_);
    for (SeriesId id : ids.first(n)) {
      if (!std::exchange(entries_[id].retiring, false) || pins_ > 0 || !unused(id)) continue;
      Free(id);
      freed.push_back(id);
    }
    ids = ids.subspan(n);
  }
  return freed;
}

std::vector<SeriesId> SeriesTable::TakeAdmitted() {
  MutexLock lock(mutex_);
  return std::exchange(admitted_, {});
}

}  // namespace tally

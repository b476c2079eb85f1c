#include "core/counters/series_table.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/strings.h"

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
      any_decimals_(std::any_of(metrics_.begin(), metrics_.end(), [](const Metric& m) { return m.decimals > 0; })),
      series_max_(series_max),
      index_(names_) {}

std::optional<uint32_t> SeriesTable::MetricOf(std::string_view name) const {
  const std::string_view metric = name.substr(0, name.find(':'));
  for (uint32_t i = 0; i < metrics_.size(); ++i) {
    if (metrics_[i].name != metric) continue;
    const auto values = static_cast<size_t>(std::count(name.begin() + metric.size(), name.end(), ':'));
    return values == metrics_[i].dimensions ? std::optional(i) : std::nullopt;
  }
  return std::nullopt;
}

uint32_t SeriesTable::DecimalsOf(std::string_view name) const {
  if (!any_decimals_) return 0;
  const std::optional<uint32_t> metric = MetricOf(name);
  return metric ? metrics_[*metric].decimals : 0;
}

SeriesId SeriesTable::Admit(uint32_t metric, std::string_view name) {
  MutexLock lock(mutex_);
  if (SeriesId id = Known(name); id != kNoSeries) return id;
  const Metric& of = metrics_[metric];
  if (of.dimensions == 0 || (named_ < series_max_ && names_.HasRoom(name.size()))) return Add(name);
  std::string other = Cat(WithoutLastValue(name), ':', kOther);
  SeriesId id = Known(other);
  if (id == kNoSeries && (others_ >= kOtherMax || !names_.HasRoom(other.size()))) {
    other = OtherInEvery(of);
    id = Known(other);
  }
  return id != kNoSeries ? id : Add(other);
}

SeriesId SeriesTable::Known(std::string_view name) {
  NameRef ref = index_.FindHiddenToo(name);
  if (ref == kNoName) return kNoSeries;
  index_.Show(ref);
  return names_.id(ref);
}

SeriesId SeriesTable::Add(std::string_view name) {
  SeriesId id = static_cast<SeriesId>(refs_.size());
  if (!free_.empty()) {
    id = free_.back();
    free_.pop_back();
  }
  Insert(id, name);
  admitted_.push_back(id);
  return id;
}

void SeriesTable::Insert(SeriesId id, std::string_view name) {
  if (id >= refs_.size()) refs_.resize(id + size_t{1}, kNoName);
  TALLY_CHECK(refs_[id] == kNoName);
  NameRef ref = refs_[id] = names_.Add(id, name);
  index_.Insert(ref);
  order_.Add(ref);
  ++LimitOf(name);
}

void SeriesTable::Retire(SeriesId id) {
  order_.Remove(refs_[id]);
  index_.Remove(refs_[id]);
  retired_.push_back({id, next_pin_});
}

void SeriesTable::Free(SeriesId id) {
  NameRef ref = std::exchange(refs_[id], kNoName);
  --LimitOf(names_.name(ref));
  names_.Free(ref);
  free_.push_back(id);
}

// The counter of series that `name` belongs to.
size_t& SeriesTable::LimitOf(std::string_view name) {
  if (HasOther(name)) return others_;
  return name.find(':') == std::string_view::npos ? whole_ : named_;
}

bool SeriesTable::Restore(SeriesId id, std::string_view name) {
  bool of_a_metric = MetricOf(name).has_value();
  MutexLock lock(mutex_);
  // The numbers in between are free until their own Restore().
  if (id >= refs_.size()) refs_.resize(id + size_t{1}, kNoName);
  if (!of_a_metric) return false;
  TALLY_CHECK(index_.FindHiddenToo(name) == kNoName);
  Insert(id, name);
  return true;
}

void SeriesTable::FinishRestore() {
  MutexLock lock(mutex_);
  for (SeriesId id = static_cast<SeriesId>(refs_.size()); id-- > 0;) {
    if (refs_[id] == kNoName) free_.push_back(id);
  }
}

SeriesId SeriesTable::Find(std::string_view name) const {
  MutexLock lock(mutex_);
  NameRef ref = index_.FindHiddenToo(name);
  return ref == kNoName ? kNoSeries : names_.id(ref);
}

// Empty if the number is free or was never given.
std::string_view SeriesTable::NameOf(SeriesId id) const {
  return id < refs_.size() && refs_[id] != kNoName ? names_.name(refs_[id]) : std::string_view();
}

std::string_view SeriesTable::Name(SeriesId id) const {
  MutexLock lock(mutex_);
  return NameOf(id);
}

std::string SeriesTable::NameIfLive(SeriesId id) const {
  MutexLock lock(mutex_);
  std::string_view name = NameOf(id);
  const bool retired = !name.empty() && index_.FindHiddenToo(name) != refs_[id];
  return std::string(retired ? "" : name);
}

uint64_t SeriesTable::TakePin() const {
  MutexLock lock(mutex_);
  pins_.insert(pins_.end(), next_pin_);
  return next_pin_++;
}

SeriesTable::Pin::Pin(const SeriesTable& table) : table_(table), number_(table.TakePin()) {}

SeriesTable::Pin::~Pin() {
  MutexLock lock(table_.mutex_);
  table_.pins_.erase(number_);
}

bool SeriesTable::IsPinned(const Retired& retired) const {
  return !pins_.empty() && *pins_.begin() < retired.later_pins;
}

bool SeriesTable::Walk::Next(std::vector<Named>& some) {
  some.clear();
  if (over_) return false;
  MutexLock lock(table_.mutex_);
  SeriesOrder& order = table_.order_;
  if (!names_) names_ = order.added();
  if (order.placed() < *names_) {
    order.PlaceSome();
    return true;
  }
  auto at = order.From(from_);
  for (; at != order.end() && some.size() < kChunk; ++at) {
    std::string_view name = table_.names_.name(*at);
    if (!name.starts_with(prefix_)) break;
    some.push_back({table_.names_.id(*at), name});
  }
  over_ = some.size() < kChunk || at == order.end();
  if (!over_) from_ = table_.names_.name(*at);
  return !some.empty();
}

size_t SeriesTable::size() const {
  MutexLock lock(mutex_);
  return index_.size();
}

void SeriesTable::BeginRetiring(std::span<const SeriesId> ids) {
  while (!ids.empty()) {
    size_t n = std::min(ids.size(), kChunk);
    MutexLock lock(mutex_);
    for (SeriesId id : ids.first(n)) index_.Hide(refs_[id]);
    ids = ids.subspan(n);
  }
}

// All names that are admitted until now.
void SeriesTable::PlaceNames() {
  std::optional<uint64_t> names;
  for (bool placed = false; !placed;) {
    MutexLock lock(mutex_);
    if (!names) names = order_.added();
    placed = order_.placed() >= *names;
    if (!placed) order_.PlaceSome();
  }
}

void SeriesTable::FreeRetired() {
  for (size_t freed = kChunk; freed == kChunk;) {
    MutexLock lock(mutex_);
    for (freed = 0; freed < kChunk && !retired_.empty() && !IsPinned(retired_.front()); ++freed) {
      Free(retired_.front().id);
      retired_.pop_front();
    }
  }
}

std::vector<SeriesId> SeriesTable::FinishRetiring(std::span<const SeriesId> ids,
                                                  absl::FunctionRef<bool(SeriesId)> unused) {
  FreeRetired();
  if (!ids.empty()) PlaceNames();
  std::vector<SeriesId> retired;
  while (!ids.empty()) {
    size_t n = std::min(ids.size(), kChunk);
    MutexLock lock(mutex_);
    for (SeriesId id : ids.first(n)) {
      if (!index_.IsHidden(refs_[id]) || !unused(id)) {
        index_.Show(refs_[id]);
        continue;
      }
      Retire(id);
      retired.push_back(id);
    }
    ids = ids.subspan(n);
  }
  return retired;
}

SeriesIndex::Outgrown SeriesTable::TakeOutgrown() {
  MutexLock lock(mutex_);
  return index_.TakeOutgrown();
}

std::vector<SeriesId> SeriesTable::TakeAdmitted() {
  MutexLock lock(mutex_);
  return std::exchange(admitted_, {});
}

}  // namespace tally

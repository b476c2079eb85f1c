#include "core/events/record.h"

namespace tally {
namespace {

constexpr size_t kHashedMax = 1024;   // a megabyte is as different in its first bytes, and would hold up a whole chunk

class Fnv1a {
 public:
  void Add(std::string_view bytes) {
    for (char c : bytes) hash_ = (hash_ ^ static_cast<uint8_t>(c)) * 1099511628211u;
  }
  void Add(uint64_t number) {
    for (int shift = 0; shift < 64; shift += 8) hash_ = (hash_ ^ (number >> shift & 0xff)) * 1099511628211u;
  }
  uint64_t hash() const { return hash_; }

 private:
  uint64_t hash_ = 14695981039346656037u;
};

}  // namespace

RecordMark MarkOf(const Record& record) {
  Fnv1a fnv;
  fnv.Add(record.key ? uint64_t{record.key->size()} : ~uint64_t{0});
  fnv.Add(uint64_t{record.payload.size()});
  if (record.key) fnv.Add(record.key->substr(0, kHashedMax));
  fnv.Add(record.payload.substr(0, kHashedMax));
  return {record.offset, record.stamp, fnv.hash()};
}

}  // namespace tally

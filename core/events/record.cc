#include "core/events/record.h"

#include "core/base/fnv.h"

namespace tally {
namespace {

constexpr size_t kHashedMax = 1024;  // large payloads differ here too, and hashing a megabyte would delay a whole chunk

}  // namespace

RecordMark MarkOf(const Record& record) {
  Fnv1a fnv;
  fnv.Add(record.key ? uint64_t{record.key->size()} : ~uint64_t{0});
  fnv.Add(uint64_t{record.payload.size()});
  if (record.key) fnv.Add(record.key->substr(0, kHashedMax));
  fnv.Add(record.payload.substr(0, kHashedMax));
  return {record.offset, record.timestamp, fnv.hash()};
}

}  // namespace tally

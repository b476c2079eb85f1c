#include "storage/table_check.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/strings.h"
#include "rocksdb/env.h"
#include "rocksdb/file_checksum.h"
#include "rocksdb/file_system.h"
#include "rocksdb/table.h"
#include "storage/encoding.h"

namespace tally {
namespace {

using rocksdb::FSRandomAccessFile;
using rocksdb::IOStatus;

// The path to the properties in the formats 1 to 5 of RocksDB's block-based table. Numbers are little-endian:
//
//   table     := block* footer
//   block     := content type checksum       1 byte, 4 bytes: the masked CRC-32C of content and type
//   footer    := checksum_type handle handle zeros version magic   53 bytes; of the metaindex, and of the index
//   handle    := offset size                 varints: where content is
//   metaindex := entry* restarts             a block's content; a metaindex entry's value is a handle
//   entry     := 00 key_size value_size key value
constexpr size_t kFooterSize = 53, kVersionAt = 41, kMagicAt = 45;
constexpr uint64_t kMagic = 0x88e241b785f4cff7;
constexpr uint64_t kLastVersion = 5;
constexpr size_t kTypeSize = 1, kChecksumSize = 4;

struct Handle {
  uint64_t offset = 0;
  uint64_t size = 0;
};

uint64_t LittleEndian(std::string_view bytes) {
  uint64_t n = 0;
  for (size_t i = bytes.size(); i > 0; --i) n = n << 8 | static_cast<uint8_t>(bytes[i - 1]);
  return n;
}

bool TakeHandle(Reader& in, Handle& handle) { return in.Varint(handle.offset) && in.Varint(handle.size); }

uint32_t MaskedCrc(std::string_view bytes) {
  auto generator = rocksdb::GetFileChecksumGenCrc32cFactory()->CreateFileChecksumGenerator({});
  generator->Update(bytes.data(), bytes.size());
  generator->Finalize();
  uint32_t crc = 0;
  Reader(generator->GetChecksum()).Uint32BigEndian(crc);
  return (crc >> 15 | crc << 17) + 0xa282ead8;
}

// Whether a metaindex has properties, and where.
bool FindProperties(std::string_view metaindex, Handle& properties) {
  Reader in(metaindex);
  uint64_t shared, key_size, value_size;
  std::string_view key, value;
  while (in.Varint(shared) && in.Varint(key_size) && in.Varint(value_size) && in.Bytes(key_size, key) &&
         in.Bytes(value_size, value)) {
    Reader handle(value);
    if (key == "rocksdb.properties") return TakeHandle(handle, properties);
  }
  return false;
}

class Table {
 public:
  Table(FSRandomAccessFile& file, uint64_t size, std::string name) : file_(file), size_(size), name_(std::move(name)) {}

  IOStatus Check() {
    if (size_ < kFooterSize) return IOStatus::OK();  // RocksDB reports it
    std::string footer, metaindex, properties;
    IOStatus status = Read("footer", {size_ - kFooterSize, kFooterSize}, footer);
    if (!status.ok() || !IsOfThisKind(footer)) return status;
    if (footer[0] != rocksdb::kCRC32c) return IOStatus::OK();  // RocksDB detects at the metaindex that it was CRC-32C
    Handle handle;
    Reader handles(std::string_view(footer).substr(1, kVersionAt - 1));
    if (!TakeHandle(handles, handle)) return Damaged("footer", "no location of the metaindex");
    status = ReadBlock("metaindex", handle, metaindex);
    if (!status.ok() || !FindProperties(metaindex, handle)) return status;
    return ReadBlock("properties", handle, properties);
  }

 private:
  // The node writes no other kind, so any other footer is damaged, and RocksDB reports it.
  static bool IsOfThisKind(std::string_view footer) {
    const uint64_t version = LittleEndian(footer.substr(kVersionAt, kMagicAt - kVersionAt));
    return LittleEndian(footer.substr(kMagicAt)) == kMagic && version <= kLastVersion;
  }

  IOStatus ReadBlock(const char* what, Handle handle, std::string& content) {
    if (handle.size > size_) return Damaged(what, "beyond the end");
    IOStatus status = Read(what, {handle.offset, handle.size + kTypeSize + kChecksumSize}, content);
    if (!status.ok()) return status;
    const std::string_view checked = std::string_view(content).substr(0, handle.size + kTypeSize);
    const uint64_t checksum = LittleEndian(std::string_view(content).substr(checked.size()));
    if (MaskedCrc(checked) != checksum) return Damaged(what, "checksum mismatch");
    content.resize(handle.size);
    return status;
  }

  IOStatus Read(const char* what, Handle at, std::string& bytes) {
    if (at.offset > size_ || at.size > size_ - at.offset) return Damaged(what, "beyond the end");
    bytes.resize(at.size);
    rocksdb::Slice read;
    IOStatus status = file_.Read(at.offset, at.size, {}, &read, bytes.data(), nullptr);
    if (!status.ok()) return status;
    if (read.size() != at.size) return Damaged(what, "beyond the end");
    if (read.data() != bytes.data()) bytes.assign(read.data(), read.size());  // Read() may return its own buffer
    return status;
  }

  IOStatus Damaged(const char* what, const char* why) const {
    return IOStatus::Corruption(Cat(name_, ": ", what, ": ", why));
  }

  FSRandomAccessFile& file_;
  const uint64_t size_;
  const std::string name_;
};

class CheckedFiles : public rocksdb::FileSystemWrapper {
 public:
  using FileSystemWrapper::FileSystemWrapper;

  const char* Name() const override { return "CheckedFiles"; }

  IOStatus NewRandomAccessFile(const std::string& name, const rocksdb::FileOptions& options,
                               std::unique_ptr<FSRandomAccessFile>* file, rocksdb::IODebugContext* debug) override {
    IOStatus status = FileSystemWrapper::NewRandomAccessFile(name, options, file, debug);
    if (!status.ok() || !name.ends_with(".sst")) return status;
    uint64_t size = 0;
    status = GetFileSize(name, options.io_options, &size, debug);
    if (status.ok()) status = Table(**file, size, name).Check();
    if (!status.ok()) file->reset();
    return status;
  }
};

// RocksDB takes files from the Env's file system, and everything else from the Env.
class CheckedEnv : public rocksdb::EnvWrapper {
 public:
  explicit CheckedEnv(rocksdb::Env& env) : EnvWrapper(&env) {
    file_system_ = std::make_shared<CheckedFiles>(env.GetFileSystem());
  }

  const char* Name() const override { return "CheckedEnv"; }
};

}  // namespace

std::unique_ptr<rocksdb::Env> CheckTables(rocksdb::Env& env) { return std::make_unique<CheckedEnv>(env); }

}  // namespace tally

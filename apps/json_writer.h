// Writes JSON to the end of a string, one token per call. RapidJSON puts the commas and escapes the text.
//
//   std::string out;
//   JsonWriter json(out);
//   json.BeginObject().Member("status", "success");
//   json.Key("data").BeginArray().Value(1).Value("mw").EndArray().EndObject();
//   // {"status":"success","data":[1,"mw"]}
//
// The caller may take what is in the string, and empty it, between two calls: a long document needs no more memory than
// its longest piece. Text that is not UTF-8 gets U+FFFD in place of each wrong byte. NaN and infinity become null.
// A call that does not fit (a value without a key in an object, an EndArray() for an object) is a bug of the caller.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

#include "rapidjson/writer.h"

namespace tally {

class JsonWriter {
 public:
  // `out` outlives the writer.
  explicit JsonWriter(std::string& out) : stream_{out}, writer_(stream_) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& BeginObject() { return writer_.StartObject(), *this; }
  JsonWriter& EndObject() { return writer_.EndObject(), *this; }
  JsonWriter& BeginArray() { return writer_.StartArray(), *this; }
  JsonWriter& EndArray() { return writer_.EndArray(), *this; }

  JsonWriter& Key(std::string_view name) { return Value(name); }

  // A bool, any integer, a double, or text.
  template <typename T>
  JsonWriter& Value(const T& value) {
    if constexpr (std::same_as<T, bool>) {
      writer_.Bool(value);
    } else if constexpr (std::floating_point<T>) {
      std::isfinite(value) ? writer_.Double(value) : writer_.Null();
    } else if constexpr (std::signed_integral<T>) {
      writer_.Int64(value);
    } else if constexpr (std::unsigned_integral<T>) {
      writer_.Uint64(value);
    } else {
      Text(value);
    }
    return *this;
  }
  // A number in its text, which JSON allows: it may have more digits than a double.
  JsonWriter& Number(std::string_view text) {
    return writer_.RawValue(text.data(), text.size(), rapidjson::kNumberType), *this;
  }
  JsonWriter& Null() { return writer_.Null(), *this; }

  template <typename T>
  JsonWriter& Member(std::string_view name, const T& value) {
    return Key(name).Value(value);
  }

  // Begins a line, where white space is allowed: so a long array has one element per line.
  JsonWriter& NewLine() { return stream_.Put('\n'), *this; }

 private:
  struct Stream {
    using Ch = char;
    std::string& out;

    void Put(char c) { out.push_back(c); }
    void Flush() {}
  };

  void Text(std::string_view text);

  Stream stream_;
  rapidjson::Writer<Stream> writer_;
};

}  // namespace tally

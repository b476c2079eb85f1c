// An HTTP request and its response, independent of sockets and the wire format.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace tally {

// Names with values, decoded, in the order in which they were sent. A name may occur more than once.
class HttpParameters {
 public:
  static constexpr size_t kCountMax = 256;  // an error beyond

  // Appends the parameters of a query string or a form: `match[]=stats&time=now`, percent-encoded, `+` for a space.
  // Fails if a percent sign has no two hexadecimal digits after it, or if there are too many.
  absl::Status Add(std::string_view encoded);

  // The first value of that name.
  std::optional<std::string_view> First(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return all_; }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

// Decodes percent-encoding. Fails if a percent sign has no two hexadecimal digits after it.
absl::StatusOr<std::string> PercentDecoded(std::string_view encoded);

struct HttpRequest {
  std::string_view method;
  std::string_view target;              // as sent: `/path?query`, or in absolute form
  std::string_view authorization = {};  // the header; empty if there is none
  std::string_view content_type = {};
  std::string_view body = {};

  // Set by the route table.
  std::string argument = {};       // the decoded segment that matches `*` in the route's path
  HttpParameters parameters = {};  // of the query string, then of a form that is sent by POST
};

// Appends the next piece of a body to `out`, a few tens of KB. Returns whether there is more. Runs on the server's
// thread: a piece takes less than a millisecond.
using HttpPieces = std::function<bool(std::string& out)>;

struct HttpResponse {
  unsigned code = 200;
  std::string body = {};
  std::string_view content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string_view, std::string>> headers = {};  // additional headers
  HttpPieces pieces = nullptr;  // the body, if it is not in `body`: produced as the client reads it
};

}  // namespace tally

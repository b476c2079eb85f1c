// What the HTTP port shows, apart from sockets: a method and a target in, a page out.
//
//   HttpPage page = AnswerHttp("GET", "/healthz", counters, status);   // 200, "ok\n"
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "core/counters/counters.h"
#include "core/query/node_status.h"

namespace tally {

struct HttpPage {
  unsigned code = 200;
  std::string body;
  std::string_view content_type = "text/plain; charset=utf-8";
};

// `target` is a path and perhaps a query, which no page looks at. 404 for a path that there is not, 405 for a method
// other than GET and HEAD; to HEAD the body is not sent.
HttpPage AnswerHttp(std::string_view method, std::string_view target, const Counters& counters,
                    const StatusSource& status);

}  // namespace tally

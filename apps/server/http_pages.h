// What the HTTP port shows, apart from sockets: a method and a target in, a page out.
//
//   HttpPage page = AnswerHttp({"GET", "/healthz"}, counters, wall, status, password);   // 200, "ok\n"
//
// Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "core/counters/counters.h"
#include "core/query/node_status.h"
#include "core/query/password.h"
#include "core/time/clock.h"

namespace tally {

struct HttpPage {
  unsigned code = 200;
  std::string body;
  std::string_view content_type = "text/plain; charset=utf-8";
};

struct HttpQuestion {
  std::string_view method;
  std::string_view target;              // a path and perhaps a query, which no page looks at
  std::string_view authorization = {};  // that header, empty if there is none
};

// 404 for a path that there is not, 405 for a method other than GET and HEAD; to HEAD the body is not sent. Where there
// is a password, 401 for every page but /healthz without it, as of Basic authentication (RFC 7617); the user may be
// any.
HttpPage AnswerHttp(const HttpQuestion& question, const Counters& counters, const Clock& wall,
                    const StatusSource& status, const Password& password);

}  // namespace tally

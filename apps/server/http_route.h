// The HTTP port's table of routes: a path, the methods that it accepts, and the function that answers.
//
//   constexpr HttpRoute kRoutes[] = {{"/healthz", kHttpGet, Health, HttpAccess::kOpen}};
//   HttpResponse response = AnswerHttp({"GET", "/healthz"}, kRoutes, context);   // 200, "ok\n"
//
// Thread-safe.
#pragma once

#include <span>
#include <string_view>

#include "apps/server/http_message.h"
#include "core/query/node_status.h"
#include "core/query/password.h"
#include "core/query/slices.h"
#include "core/time/clock.h"

namespace tally {

// The data that routes use. All of it outlives the server and the pieces of responses.
struct HttpContext {
  Slices slices;
  const Clock& wall;
  const StatusSource& status;
  const Password& password;
};

// The methods of a route, as a sum. A route for GET also accepts HEAD: the response is that of GET without the body.
inline constexpr unsigned kHttpGet = 1;
inline constexpr unsigned kHttpPost = 2;

enum class HttpAccess { kPassword, kOpen };

struct HttpRoute {
  std::string_view path;  // exact, or with one `*` for one segment: "/report/*", "/api/v1/label/*/values"
  unsigned methods;
  HttpResponse (*answer)(const HttpContext& context, const HttpRequest& request);
  HttpAccess access = HttpAccess::kPassword;  // kOpen: needs no password
};

// Answers with the first route whose path matches. Otherwise: 400 if the target is not a path, is wrongly encoded or
// has too many parameters; 401 without the password, if the node has one (Basic authentication, RFC 7617, with any user
// name); 404 for an unknown path; 405 with the header Allow for another method.
HttpResponse AnswerHttp(HttpRequest request, std::span<const HttpRoute> routes, const HttpContext& context);

// Returns whether the body of this request is needed for its response: a route accepts it, and the method is POST. All
// other requests can be answered before their body is read, so a client without the password makes the node hold none.
bool HttpNeedsBody(const HttpRequest& header, std::span<const HttpRoute> routes, const HttpContext& context);

}  // namespace tally

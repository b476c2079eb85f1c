#include "apps/server/http_route.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "core/base/strings.h"

namespace tally {
namespace {

struct Target {
  std::string_view path;
  std::string_view query;
};

// `/path?query`, or `http://host/path?query`.
std::optional<Target> ParseTarget(std::string_view target) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!absl::StartsWithIgnoreCase(ToAbsl(target), ToAbsl(scheme))) continue;
    target.remove_prefix(scheme.size());
    target.remove_prefix(std::min(target.find_first_of("/?"), target.size()));
    if (!target.starts_with('/')) return Target{"/", target.substr(std::min<size_t>(1, target.size()))};
  }
  if (!target.starts_with('/')) return std::nullopt;
  const size_t end = std::min(target.find('?'), target.size());
  return Target{target.substr(0, end), target.substr(std::min(end + 1, target.size()))};
}

// Returns the text that `*` matches, still encoded; empty if the route has no `*`. Returns nothing if the path does not
// match.
std::optional<std::string_view> Match(std::string_view route, std::string_view path) {
  const size_t star = route.find('*');
  if (star == std::string_view::npos) return route == path ? std::optional(std::string_view()) : std::nullopt;
  const std::string_view before = route.substr(0, star), after = route.substr(star + 1);
  if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) {
    return std::nullopt;
  }
  const std::string_view argument = path.substr(before.size(), path.size() - before.size() - after.size());
  return argument.find('/') == std::string_view::npos ? std::optional(argument) : std::nullopt;
}

bool Takes(unsigned methods, std::string_view method) {
  if (method == "POST") return (methods & kHttpPost) != 0;
  return (methods & kHttpGet) != 0 && (method == "GET" || method == "HEAD");
}

std::string Allowed(unsigned methods) {
  if (methods == kHttpPost) return "POST";
  return methods == kHttpGet ? "GET, HEAD" : "GET, HEAD, POST";
}

// Basic authentication: `Basic`, and USER:PASSWORD in base64.
bool HasPassword(std::string_view authorization, const Password& password) {
  constexpr std::string_view kScheme = "basic ";
  if (!password.needed()) return true;
  std::string credentials;
  if (!EqualsIgnoreCase(authorization.substr(0, kScheme.size()), kScheme) ||
      !absl::Base64Unescape(ToAbsl(authorization.substr(kScheme.size())), &credentials)) {
    return false;
  }
  const size_t colon = credentials.find(':');
  return colon != std::string::npos && password.Is(std::string_view(credentials).substr(colon + 1));
}

bool IsForm(std::string_view content_type) {
  return absl::EqualsIgnoreCase(ToAbsl(content_type.substr(0, content_type.find_first_of("; "))),
                                "application/x-www-form-urlencoded");
}

HttpResponse NotFound(std::span<const HttpRoute> routes) {
  std::string paths;
  for (const HttpRoute& route : routes) paths += Cat(paths.empty() ? "" : ", ", route.path);
  return {404, Cat("expected one of ", paths, "\n")};
}

HttpResponse WrongMethod(unsigned methods, std::string_view method) {
  return {.code = 405,
          .body = Cat("expected ", Allowed(methods), ", got ", method, "\n"),
          .headers = {{"Allow", Allowed(methods)}}};
}

HttpResponse AskForPassword() {
  return {.code = 401,
          .body = "expected the password, by Basic authentication\n",
          .headers = {{"WWW-Authenticate", "Basic realm=\"tallyd\", charset=\"UTF-8\""}}};
}

// The route that accepts a request, and the parts of the request's target, still encoded.
struct Found {
  const HttpRoute& route;
  std::string_view argument;
  std::string_view query;
};

// Finds the route that accepts the request, or the response that refuses it.
std::variant<Found, HttpResponse> Find(const HttpRequest& request, std::span<const HttpRoute> routes,
                                       const HttpContext& context) {
  const std::optional<Target> target = ParseTarget(request.target);
  if (!target) return HttpResponse{400, "expected a path that begins with /\n"};
  const HttpRoute* route = nullptr;
  std::string_view argument;
  for (const HttpRoute& candidate : routes) {
    if (auto matched = Match(candidate.path, target->path)) {
      route = &candidate, argument = *matched;
      break;
    }
  }
  const bool open = route != nullptr && route->access == HttpAccess::kOpen;
  if (!open && !HasPassword(request.authorization, context.password)) return AskForPassword();
  if (route == nullptr) return NotFound(routes);
  if (!Takes(route->methods, request.method)) return WrongMethod(route->methods, request.method);
  return Found{*route, argument, target->query};
}

HttpResponse AnswerBy(const Found& found, HttpRequest& request, const HttpContext& context) {
  absl::StatusOr<std::string> argument = PercentDecoded(found.argument);
  absl::Status status = argument.status();
  status.Update(request.parameters.Add(found.query));
  if (request.method == "POST" && IsForm(request.content_type)) status.Update(request.parameters.Add(request.body));
  if (!status.ok()) return {400, Cat(FromAbsl(status.message()), "\n")};
  request.argument = *std::move(argument);
  return found.route.answer(context, request);
}

}  // namespace

bool HttpNeedsBody(const HttpRequest& header, std::span<const HttpRoute> routes, const HttpContext& context) {
  return header.method == "POST" && std::holds_alternative<Found>(Find(header, routes, context));
}

HttpResponse AnswerHttp(HttpRequest request, std::span<const HttpRoute> routes, const HttpContext& context) {
  std::variant<Found, HttpResponse> found = Find(request, routes, context);
  if (auto* refusal = std::get_if<HttpResponse>(&found)) return std::move(*refusal);
  return AnswerBy(std::get<Found>(found), request, context);
}

}  // namespace tally

#include "apps/config/endpoint.h"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>

#include "core/base/strings.h"

namespace tally {
namespace {

// DNS's limit for a host name; also the longest text that is passed to inet_pton.
constexpr size_t kHostMax = 253;

bool IsHost(std::string_view host, bool bracketed) {
  if (host.empty() || host.size() > kHostMax) return false;
  for (char c : host) {
    if (c <= ' ' || c > '~' || c == '[' || c == ']') return false;
    if (c == ':' && !bracketed) return false;
  }
  return true;
}

std::optional<uint16_t> ParsePort(std::string_view text) {
  uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

std::optional<Endpoint> ParseEndpoint(std::string_view text) {
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  std::optional<uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port.has_value() || !IsHost(host, bracketed)) return std::nullopt;
  return Endpoint{std::string(host), *port};
}

std::string FormatEndpoint(const Endpoint& endpoint) {
  bool bracketed = endpoint.host.find(':') != std::string::npos;
  return bracketed ? Cat('[', endpoint.host, "]:", endpoint.port) : Cat(endpoint.host, ':', endpoint.port);
}

bool IsLoopback(std::string_view host) {
  if (EqualsIgnoreCase(host, "localhost")) return true;
  const std::string text(host);
  in_addr v4{};
  if (inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, text.c_str(), &v6) == 1) return std::memcmp(&v6, &in6addr_loopback, sizeof v6) == 0;
  return false;
}

}  // namespace tally

// The address on which a server listens: "127.0.0.1:7878", "localhost:0", "[::1]:7878".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tally {

struct Endpoint {
  std::string host;   // an address or a name, without the brackets of IPv6
  uint16_t port = 0;  // 0: any free port

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Parses HOST:PORT; a HOST with colons must be in brackets. Returns nullopt for anything else. Does not resolve the
// host.
std::optional<Endpoint> ParseEndpoint(std::string_view text);

// Returns HOST:PORT, which ParseEndpoint() can parse.
std::string FormatEndpoint(const Endpoint& endpoint);

// Returns true if only this machine can reach `host`: 127.0.0.0/8, ::1 or the name localhost.
bool IsLoopback(std::string_view host);

}  // namespace tally

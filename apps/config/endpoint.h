// Where a server listens: "127.0.0.1:7878", "localhost:0", "[::1]:7878".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tally {

struct Endpoint {
  std::string host;   // an address or a name, without the brackets of IPv6
  uint16_t port = 0;  // 0: any free one

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

// Nothing unless `text` is HOST:PORT, where a HOST with colons stands in brackets. The host's name is not looked up.
std::optional<Endpoint> ParseEndpoint(std::string_view text);

// HOST:PORT, which ParseEndpoint() reads back.
std::string FormatEndpoint(const Endpoint& endpoint);

// Whether only this machine can reach `host`: 127.0.0.0/8, ::1 or the name localhost.
bool IsLoopback(std::string_view host);

}  // namespace tally

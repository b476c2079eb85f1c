// Configurations for tests.
#pragma once

#include <string_view>

namespace tally {

// Every key, none at its default.
inline constexpr std::string_view kFullConfig = R"toml(# every key of a node
[kafka]
brokers = "a:9092,b:9092"
topics  = ["x", "y.z"]
start   = "2011-06-05T14:30:00.250Z"
group   = "other"
threads = 3
[kafka.properties]
security.protocol = "SASL_SSL"
sasl = { username = "u", password = "hunter2" }
"fetch.wait.max.ms" = 10
socket.keepalive.enable = true

[event]
format     = "regex"
pattern    = '^(?P<at>\S+) "(?P<verb>[A-Z]+) (?P<path>[^"]*)" (?P<bytes>\d+)'
time       = "at"
time_unit  = "ms"
time_format = "%d/%b/%Y:%H:%M:%S"
time_zone  = "Europe/Berlin"
ahead_max  = "1m30s"

[[metric]]
name  = "traffic"
by    = ["verb", "topic_of=@topic", "@partition"]
value = "bytes"
decimals = 3
where = { verb = ["GET", "POST"], path = "/a b\\\"c\u00FC" }

[[metric]]
name = "all"

[retention]
ttl   = "90m"
clock = "event"

[checkpoint]
dir      = "some where"
interval = "250ms"

[limits]
series_max  = 17
clients_max = 18

[server]
listen = "[::1]:0"
http   = "localhost:1"
password_file = "a password"
)toml";

// JSON with pointers and conditions of every type.
inline constexpr std::string_view kJsonConfig = R"toml(
event.time = "@timestamp"
[[metric]]
name = "logins"
by = ["/user/country", "b=x=y", "a=a=a", "slash=/a~1b~0c"]
where = { "/user/paid" = true, level = [1, -2], "a.b" = "", '"' = "'" }
)toml";

}  // namespace tally

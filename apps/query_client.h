// `tallyd query`: sends one command of the line protocol to a node and prints the reply.
//
//   int code = RunQuery("127.0.0.1", 7878, "", {"GET", "stats:mw:login"}, std::cout, std::cerr);
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>

namespace tally {

// The timeouts for the connection, and for each line of the reply.
inline constexpr std::chrono::seconds kQueryConnectTime{10};
inline constexpr std::chrono::seconds kQueryAnswerTime{60};

// Joins `words` with spaces, sends them, and prints the lines of the reply to `out` as they arrive, without the final
// END. Authenticates first if `password` is not empty. Returns the exit status: 0, or 1 with a message on `err` if the
// node replies with ERR, cannot be reached, or closes the connection before the reply is complete.
int RunQuery(const std::string& host, uint16_t port, const std::string& password, std::span<const std::string> words,
             std::ostream& out, std::ostream& err);

}  // namespace tally

// `tallyd query`: one command of the line protocol, sent to a node; its reply is printed.
//
//   int code = RunQuery("127.0.0.1", 7878, "", {"GET", "stats:mw:login"}, std::cout, std::cerr);
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <span>
#include <string>

namespace tally {

// Until the node answers, and then between one piece of its reply and the next.
inline constexpr std::chrono::seconds kQueryConnectTime{10};
inline constexpr std::chrono::seconds kQueryAnswerTime{60};

// Joins `words` by spaces, sends them, and prints the lines of the reply to `out` as they come, without the END behind
// them. A password, unless it is empty, is said first. Returns the exit status: 0, or 1 with a message on `err` if the
// node replies with ERR, cannot be reached, or goes away before the reply is whole.
int RunQuery(const std::string& host, uint16_t port, const std::string& password, std::span<const std::string> words,
             std::ostream& out, std::ostream& err);

}  // namespace tally

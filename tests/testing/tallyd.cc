#include "tests/testing/tallyd.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <sstream>
#include <thread>

#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "gtest/gtest.h"

namespace tally {
namespace {

constexpr absl::Duration kTallydTimeout = absl::Seconds(20);

std::string After(const std::string& line, std::string_view key) {
  size_t at = line.find(key);
  if (at == std::string::npos) return "";
  size_t begin = at + key.size();
  return line.substr(begin, line.find_first_of(" \r\n", begin) - begin);
}

std::string PortOf(const std::string& endpoint) { return endpoint.substr(endpoint.rfind(':') + 1); }

}  // namespace

Finished RunTallyd(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), TALLYD_BINARY);
  auto run = RunToEnd(arguments, kTallydTimeout);
  EXPECT_TRUE(run.ok()) << run.status();
  return run.ok() ? *run : Finished{-1, "", ""};
}

absl::StatusOr<std::unique_ptr<Tallyd>> Tallyd::Start(const std::vector<std::string>& arguments,
                                                      const std::vector<std::string>& wrapper) {
  auto node = std::make_unique<Tallyd>();
  node->argv_ = wrapper;
  for (const char* word : {TALLYD_BINARY, "serve"}) node->argv_.push_back(word);
  node->arguments_ = arguments;
  RETURN_IF_ERROR(node->Launch("0", "0"));
  return node;
}

absl::Status Tallyd::StartAgain() { return Launch(port_, http_port_); }

absl::Status Tallyd::Launch(const std::string& port, const std::string& http_port) {
  std::vector<std::string> argv = argv_;
  // Before the caller's arguments, which win.
  argv.insert(argv.end(), {"--listen", Cat("127.0.0.1:", port), "--http", Cat("127.0.0.1:", http_port)});
  argv.insert(argv.end(), arguments_.begin(), arguments_.end());
  ASSIGN_OR_RETURN(process_, Subprocess::Start(argv));
  ASSIGN_OR_RETURN(std::string line, process_->WaitForLine("listening text=", kTallydTimeout));
  port_ = PortOf(After(line, "text="));
  http_port_ = PortOf(After(line, "http="));
  return absl::OkStatus();
}

std::string Tallyd::Query(const std::vector<std::string>& words) {
  std::vector<std::string> argv = {TALLYD_BINARY, "query", "-p", port_};
  argv.insert(argv.end(), words.begin(), words.end());
  auto run = RunToEnd(argv, kTallydTimeout);
  if (!run.ok()) return run.status().ToString();
  std::string text = run->status == 0 ? run->out : run->err;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string Tallyd::Info(std::string_view name) { return After("\n" + Query({"INFO"}), Cat("\n", name, ":")); }

std::string Tallyd::Http(std::string_view path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(std::strtoul(http_port_.c_str(), nullptr, 10)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request = Cat("GET ", path, " HTTP/1.0\r\n\r\n");
  std::string reply;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      send(fd, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    for (ssize_t n; (n = recv(fd, buffer, sizeof buffer, 0)) > 0;) reply.append(buffer, static_cast<size_t>(n));
  }
  close(fd);
  return reply;
}

absl::Status Tallyd::WaitUntilRead(uint64_t records, absl::Duration timeout) {
  absl::Time deadline = absl::Now() + timeout;
  std::string read;
  while (absl::Now() < deadline) {
    read = Info("events_read");
    if (read == Cat(records)) return absl::OkStatus();
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return absl::DeadlineExceededError(
      Cat("expected the node to read ", records, " records, got ", read, "\n", process_->Stderr()));
}

absl::StatusOr<int> Tallyd::Stop() {
  process_->Kill(SIGTERM);
  return process_->Wait(kTallydTimeout);
}

absl::StatusOr<Dump> ReadDump(const std::string& directory) {
  ASSIGN_OR_RETURN(Finished run, RunToEnd({TALLYD_BINARY, "dump", directory}, kTallydTimeout));
  if (run.status != 0) return absl::UnknownError(run.err);
  Dump dump;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first, second;
    words >> first >> second;
    if (first == "partition") {
      std::string word, fate;
      int32_t number = 0;
      int64_t offset = 0;
      uint64_t records = 0;
      words >> number >> word >> offset;
      dump.next[{second, number}] = offset;
      while (words >> fate >> records) dump.fates[fate] += records;
    } else if (first != "sequence" && first != "node" && first != "horizon" && first != "gap") {
      words >> dump.counts[{first, second}];
    }
  }
  return dump;
}

}  // namespace tally

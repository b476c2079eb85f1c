#include "bench/pipeline/redis_fill.h"

#include "bench/pipeline/socket_client.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/time/format.h"

namespace tally {
namespace {

constexpr size_t kPipelined = 1000;

void AppendBulk(std::string_view word, std::string& out) {
  Append(out, Cat('$', word.size(), "\r\n"));
  Append(out, word);
  Append(out, "\r\n");
}

void AppendIncrement(int series, Minute minute, std::string& out) {
  Append(out, "*4\r\n$7\r\nHINCRBY\r\n");
  AppendBulk(HashOf(series, minute), out);
  AppendBulk(Prepared::CallOf(series), out);
  AppendBulk(Cat(Prepared::CountOf(series, minute)), out);
}

}  // namespace

std::string HashOf(int series, Minute minute) {
  return Cat("stats:", Prepared::GameOf(series), ":", FormatBucket(minute));
}

absl::Status FillRedis(const std::string& port, const Prepared& prepared) {
  ASSIGN_OR_RETURN(auto client, SocketClient::Connect(port));
  std::string commands;
  size_t waiting = 0;
  auto send = [&]() -> absl::Status {
    RETURN_IF_ERROR(client->Send(commands));
    RETURN_IF_ERROR(client->SkipLines(waiting));
    commands.clear();
    waiting = 0;
    return absl::OkStatus();
  };
  for (Minute minute = prepared.oldest(); minute <= prepared.newest(); minute = minute + 1) {
    for (int series = 0; series < prepared.extent().series; ++series) {
      AppendIncrement(series, minute, commands);
      if (++waiting == kPipelined) RETURN_IF_ERROR(send());
    }
  }
  return send();
}

}  // namespace tally

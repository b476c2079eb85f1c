#include "apps/server/http_pages.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "apps/server/metrics_page.h"
#include "core/base/strings.h"

namespace tally {
namespace {

// A person reads it in a browser or a probe's log: first whether, then what is wrong.
HttpPage ReadyPage(const Counters& counters, const NodeStatus& status) {
  if (!status.not_ready.empty()) return {503, Cat("not ready: ", status.not_ready, "\n")};
  std::string wrong;
  for (const PartitionStatus& partition : counters.Partitions()) {
    if (partition.stopped.empty()) continue;
    wrong += Cat("stopped: ", partition.place.topic, ":", partition.place.partition, " ", partition.stopped, "\n");
  }
  for (const std::string& topic : status.waiting_topics) wrong += Cat("waiting for topic: ", topic, "\n");
  if (status.checkpoint_stale) {
    wrong += Cat("stale checkpoint: the oldest change not saved is ", absl::ToInt64Milliseconds(status.checkpoint_age),
                 " ms old\n");
  }
  return {200, Cat("ready\n", wrong)};
}

// Basic authentication: `Basic`, and USER:PASSWORD in base64.
bool MayAsk(std::string_view authorization, const Password& password) {
  constexpr std::string_view kScheme = "basic ";
  if (!password.needed()) return true;
  std::string credentials;
  if (!absl::EqualsIgnoreCase(ToAbsl(authorization.substr(0, kScheme.size())), ToAbsl(kScheme)) ||
      !absl::Base64Unescape(ToAbsl(authorization.substr(kScheme.size())), &credentials)) {
    return false;
  }
  const size_t colon = credentials.find(':');
  return colon != std::string::npos && password.Is(std::string_view(credentials).substr(colon + 1));
}

}  // namespace

HttpPage AnswerHttp(const HttpQuestion& question, const Counters& counters, const Clock& wall,
                    const StatusSource& status, const Password& password) {
  const auto& [method, target, authorization] = question;
  if (method != "GET" && method != "HEAD") return {405, Cat("expected GET or HEAD, got ", method, "\n")};
  std::string_view path = target.substr(0, target.find('?'));
  if (path == "/healthz") return {200, "ok\n"};
  if (!MayAsk(authorization, password)) return {401, "expected the password, by Basic authentication\n"};
  if (path == "/readyz") return ReadyPage(counters, status.Status());
  if (path == "/metrics")
    return {200, MetricsPage(ReadFacts(counters, status.Status(), wall.Now())), kMetricsContentType};
  return {404, "expected one of /healthz, /readyz, /metrics\n"};
}

}  // namespace tally

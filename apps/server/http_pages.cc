#include "apps/server/http_pages.h"

#include <memory>
#include <string>

#include "apps/server/metrics_page.h"
#include "core/base/strings.h"

namespace tally {
namespace {

HttpResponse Health(const HttpContext&, const HttpRequest&) { return {200, "ok\n"}; }

// For a person in a browser, or the output of a probe: first whether the node is ready, then the problems.
HttpResponse Ready(const HttpContext& context, const HttpRequest&) {
  const NodeStatus status = context.status.Status();
  std::string wrong;
  for (const std::string& warning : status.warnings) wrong += Cat(warning, "\n");
  if (!status.not_ready.empty()) return {503, Cat("not ready: ", status.not_ready, "\n", wrong)};
  for (const PartitionStatus& partition : PartitionsOf(context.slices)) {
    if (partition.stopped.empty()) continue;
    wrong += Cat("stopped: ", partition.topic_partition.topic, ":", partition.topic_partition.partition, " ",
                 partition.stopped, "\n");
  }
  for (const std::string& topic : status.waiting_topics) wrong += Cat("waiting for topic: ", topic, "\n");
  if (status.kafka_clients_ending > 0) {
    wrong += Cat("unused Kafka clients do not end: ", status.kafka_clients_ending, "\n");
  }
  if (status.checkpoint_stale) {
    wrong += Cat("stale checkpoint: the oldest unsaved change is ", absl::ToInt64Milliseconds(status.checkpoint_age),
                 " ms old\n");
  }
  return {200, Cat("ready\n", wrong)};
}

HttpResponse Metrics(const HttpContext& context, const HttpRequest&) {
  NodeFacts facts = ReadFacts(context.slices, context.status.Status(), context.wall.Now());
  auto page = std::make_shared<MetricsPage>(std::move(facts));
  return {.content_type = kMetricsContentType, .pieces = [page](std::string& out) { return page->Append(out); }};
}

constexpr HttpRoute kRoutes[] = {
    {"/healthz", kHttpGet, Health, HttpAccess::kOpen},
    {"/readyz", kHttpGet, Ready},
    {"/metrics", kHttpGet, Metrics},
};

}  // namespace

std::span<const HttpRoute> HttpRoutes() { return kRoutes; }

}  // namespace tally

#include "bench/pipeline/bench.h"

#include <cstdio>

#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace tally {

absl::StatusOr<KafkaBroker*> Bench::Broker() {
  if (!broker_) {
    PrintProgress("starting a broker");
    ASSIGN_OR_RETURN(broker_, KafkaBroker::Start(KafkaBroker::Jvm::kFullSpeed));
  }
  return broker_.get();
}

absl::StatusOr<const FilledLog*> Bench::Log() {
  if (!log_) {
    ASSIGN_OR_RETURN(KafkaBroker * broker, Broker());
    PrintProgress(Cat("producing ", Text(options_.events), " events"));
    ASSIGN_OR_RETURN(log_, FillLog(*broker, {.events = options_.events}));
  }
  return &*log_;
}

void Bench::PrintProgress(const std::string& line) const { std::fprintf(stderr, "%s\n", line.c_str()); }

}  // namespace tally

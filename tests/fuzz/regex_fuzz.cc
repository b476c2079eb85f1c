// Events in lines of text. The first line of the input is the pattern, which needs groups named `time` and `call`. The
// other lines are records.
#include <string>

#include "tests/fuzz/counted.h"
#include "tests/testing/counting_node.h"

namespace tally {
namespace {

// Checks that each field is missing or is a part of the record.
void CheckDecoded(const Rules& rules, std::span<const std::string_view> payloads) {
  const std::unique_ptr<Decoder> decoder = rules.NewDecoder();
  std::vector<Field> fields(rules.fields());
  decoder->Load(payloads);
  for (size_t i = 0; i < payloads.size(); ++i) {
    if (!decoder->Decode(i, fields)) continue;
    for (const Field& field : fields) {
      const char* text = field.text.data();
      TALLY_CHECK((field.type == Field::Type::kMissing) == (text == nullptr));
      TALLY_CHECK(text == nullptr ||
                  (text >= payloads[i].data() && text + field.text.size() <= payloads[i].data() + payloads[i].size()));
    }
  }
}

}  // namespace
}  // namespace tally

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tally;
  const std::string_view input = Input(data, size);
  const size_t end = std::min(input.find('\n'), input.size());
  EventSpec event{.format = EventFormat::kRegex, .pattern = std::string(input.substr(0, end))};
  MetricSpec calls{"calls", {{"game", "@topic"}, {"call", "call"}}, "", {}};
  MetricSpec times{"times", {}, "time", {{"call", {"login", ""}}}};
  const auto rules = Rules::Compile(event, {calls, times});
  if (!rules.ok() || end == input.size()) return 0;
  Copies copies;
  const std::vector<std::string_view> payloads = copies.OfParts(input.substr(end + 1), '\n', 100);
  CheckDecoded(**rules, payloads);
  CheckCounted(*rules, payloads);
  return 0;
}

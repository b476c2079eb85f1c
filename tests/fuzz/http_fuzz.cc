// Bytes on the HTTP port. The input is what a client sends: however it is split, the same requests are read from it,
// and each gets the same response.
#include "apps/server/http_pages.h"
#include "apps/server/http_reader.h"
#include "core/base/check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/testing/counting_node.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/times.h"

namespace tally {
namespace {

class Pages : public StatusSource {
 public:
  NodeStatus Status() const override { return {}; }

  std::string Answer(const HttpReader& reader) {
    HttpResponse response = AnswerHttp(reader.request(), HttpRoutes(), context_);
    TALLY_CHECK(response.code >= 200 && response.code < 600);
    while (response.pieces && response.pieces(response.body)) {
    }
    return Cat(response.code, " ", reader.keep_alive(), reader.is_head(), "\n", response.body);
  }

 private:
  CountingNode node_;
  FakeClock clock_{TimeAt("14:30")};
  Password password_;
  const Counters* const slices_[1] = {&node_.counters()};
  const HttpContext context_{slices_, clock_, *this, password_};
};

// All responses to input that comes in pieces of `piece` bytes, up to a broken request. Its refusal is not among them:
// in pieces, the header is parsed only when its end has come.
std::string Talk(Pages& pages, std::string_view bytes, size_t piece) {
  std::string all;
  HttpReader reader;
  boost::beast::flat_buffer input;
  while (!bytes.empty()) {
    const std::string_view now = bytes.substr(0, piece);
    bytes.remove_prefix(now.size());
    std::copy(now.begin(), now.end(), static_cast<char*>(input.prepare(now.size()).data()));
    input.commit(now.size());
    for (;;) {
      const HttpReader::State state = reader.Read(input);
      TALLY_CHECK(state != HttpReader::State::kNeedMore || input.size() < HttpReader::kHeaderBytesMax);
      if (state == HttpReader::State::kNeedMore) break;
      if (state == HttpReader::State::kBroken) return all;
      if (state == HttpReader::State::kHeader) continue;
      all += pages.Answer(reader);
      reader.Reset();
    }
  }
  return all;
}

}  // namespace
}  // namespace tally

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static tally::Pages pages;
  const std::string_view bytes = tally::Input(data, size);
  const std::string whole = tally::Talk(pages, bytes, bytes.size());
  for (size_t piece : {1, 7, 100}) TALLY_CHECK(tally::Talk(pages, bytes, piece) == whole);
  return 0;
}

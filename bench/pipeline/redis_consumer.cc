#include "bench/pipeline/redis_consumer.h"

#include <hiredis/hiredis.h>
#include <simdjson.h>

#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/check.h"
#include "core/base/strings.h"

namespace tally {
namespace {

constexpr char kExpireSeconds[] = "14400";

// One connection. While Redis processes one half of the commands in flight, the consumer writes the other half.
class Pipeline {
 public:
  explicit Pipeline(const std::string& port) : redis_(redisConnect("127.0.0.1", std::atoi(port.c_str()))) {
    TALLY_CHECK(redis_ != nullptr && redis_->err == 0);
  }

  template <size_t kWords>
  void Add(const std::string_view (&words)[kWords]) {
    const char* texts[kWords];
    size_t lengths[kWords];
    for (size_t i = 0; i < kWords; ++i) texts[i] = words[i].data(), lengths[i] = words[i].size();
    TALLY_CHECK(redisAppendCommandArgv(redis_, kWords, texts, lengths) == REDIS_OK);
    if (++unsent_ == kDepth / 2) Send();
  }

  bool Flush() {
    if (unsent_ + unanswered_ == 0) return false;
    Send();
    ReadReplies(unanswered_);
    return true;
  }

 private:
  static constexpr int kDepth = 1000;

  void Send() {
    for (int done = 0; done == 0;) TALLY_CHECK(redisBufferWrite(redis_, &done) == REDIS_OK);
    ReadReplies(unanswered_);
    unanswered_ = std::exchange(unsent_, 0);
  }

  void ReadReplies(int count) {
    for (int i = 0; i < count; ++i) {
      void* reply = nullptr;
      TALLY_CHECK(redisGetReply(redis_, &reply) == REDIS_OK);
      TALLY_CHECK(static_cast<redisReply*>(reply)->type == REDIS_REPLY_INTEGER);
      freeReplyObject(reply);
    }
    unanswered_ -= count;
  }

  redisContext* const redis_;
  int unsent_ = 0;
  int unanswered_ = 0;
};

// Finds the key of a game and a minute. Records arrive in the order of their minutes, so the key of a game rarely
// changes.
class Keys {
 public:
  struct Found {
    const std::string& key;
    bool is_new;
  };

  Found Find(std::string_view game, int64_t minute) {
    auto last = games_.find(game);
    if (last == games_.end()) last = games_.emplace(game, Last()).first;
    if (last->second.minute == minute) return {last->second.key, false};
    last->second = {minute, Format(game, minute)};
    return {last->second.key, seen_.insert(last->second.key).second};
  }

 private:
  struct Last {
    int64_t minute = -1;
    std::string key;
  };

  static std::string Format(std::string_view game, int64_t minute) {
    const time_t seconds = minute * 60;
    tm utc;
    gmtime_r(&seconds, &utc);
    char bucket[32];
    return Cat("stats:", game, ":", std::string_view(bucket, strftime(bucket, sizeof bucket, "%Y_%m%d_%H%M", &utc)));
  }

  std::map<std::string, Last, std::less<>> games_;
  std::set<std::string> seen_;
};

class RedisWriter : public MessageHandler {
 public:
  explicit RedisWriter(const std::string& port) : pipeline_(port) {}

  void Handle(std::span<rd_kafka_message_t* const> messages) override {
    for (const rd_kafka_message_t* message : messages) Count(Parse(*message));
  }
  bool Flush() override { return pipeline_.Flush(); }

 private:
  simdjson::dom::element Parse(const rd_kafka_message_t& message) {
    if (padded_.size() < message.len + simdjson::SIMDJSON_PADDING) {
      padded_.resize(2 * message.len + simdjson::SIMDJSON_PADDING);
    }
    std::memcpy(padded_.data(), message.payload, message.len);
    return parser_.parse(padded_.data(), message.len, /*realloc_if_needed=*/false).value();
  }

  void Count(simdjson::dom::element event) {
    const int64_t minute = event["time"].get_int64().value() / 60'000;
    const std::string_view game = event["game"].get_string().value();
    const std::string_view call = event["call"].get_string().value();
    const auto [key, is_new] = keys_.Find(game, minute);
    pipeline_.Add({"HINCRBY", key, call, "1"});
    if (is_new) pipeline_.Add({"EXPIRE", key, kExpireSeconds});
  }

  Pipeline pipeline_;
  Keys keys_;
  simdjson::dom::parser parser_;
  std::vector<char> padded_;
};

}  // namespace

absl::StatusOr<ConsumerRun> MeasureRedisConsumer(const FilledLog& log, uint64_t events, int clients,
                                                 const std::string& port) {
  // The consumer is slower than the fetcher, so the queue fills. The fetcher then sleeps for a second, and a queue of
  // the default size would be empty before it wakes. A larger queue than this costs CPU, because its memory is always
  // new.
  return MeasureConsumer(kRedisCommand,
                         {.log = log,
                          .events = events,
                          .clients = clients,
                          .properties = {"queued.min.messages=1000000", "queued.max.messages.kbytes=262144",
                                         "fetch.message.max.bytes=524288"},
                          .destination = port});
}

int RedisMain(const std::vector<std::string>& words) {
  const ConsumerJob job = ConsumerJob::Parse(words);
  Finish(Consume(job, [&](int) { return std::make_unique<RedisWriter>(job.destination); }));
}

}  // namespace tally

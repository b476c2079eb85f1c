import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;

/** Two topologies that count the events of each series and minute, for four hours, in a store named COUNTS. */
final class Counting {
  static final String COUNTS = "counts";
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration TTL = Duration.ofHours(4);

  private Counting() {}

  private static Serde<Event> eventSerde() {
    return Serdes.serdeFrom(
        (topic, event) -> {
          throw new UnsupportedOperationException();
        },
        (topic, payload) -> Event.parse(payload));
  }

  /**
   * The topology of Kafka Streams' manual: group by series, in windows of a minute. The log's records have no key, so
   * grouping needs an intermediate topic, which contains only key and time. Each event increments `counted`.
   */
  static Topology dsl(Collection<String> topics, LongAdder counted) {
    byte[] nothing = new byte[0];
    StreamsBuilder builder = new StreamsBuilder();
    builder.stream(
            topics,
            Consumed.with(Serdes.ByteArray(), eventSerde())
                .withTimestampExtractor((record, partitionTime) -> ((Event) record.value()).timeMillis()))
        .map((key, event) -> KeyValue.pair(event.series(), nothing))
        .groupByKey(Grouped.with("by-series", Serdes.String(), Serdes.ByteArray()))
        .windowedBy(TimeWindows.ofSizeAndGrace(MINUTE, TTL.minus(MINUTE)))
        .aggregate(
            () -> 0L,
            (series, event, count) -> {
              counted.increment();
              return count + 1;
            },
            Materialized.<String, Long, WindowStore<Bytes, byte[]>>as(COUNTS)
                .withKeySerde(Serdes.String())
                .withValueSerde(Serdes.Long())
                .withRetention(TTL)
                .withCachingEnabled());
    return builder.build();
  }

  /** A hand-written processor: each partition has its own counts, and a reader adds them. No intermediate topic. */
  static Topology processor(Collection<String> topics, LongAdder counted) {
    return new Topology()
        .addSource("log", Serdes.ByteArray().deserializer(), eventSerde().deserializer(), topics.toArray(String[]::new))
        .addProcessor("count", () -> new CountProcessor(counted), "log")
        .addStateStore(
            Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(COUNTS), Serdes.Bytes(), Serdes.Long())
                .withCachingEnabled(),
            "count");
  }

  /** A key is the minute, big-endian, and the series name, so that a minute is a range of keys. */
  private static final class CountProcessor implements Processor<byte[], Event, Void, Void> {
    private final LongAdder counted;
    private KeyValueStore<Bytes, Long> counts;
    private long newestMinute;

    CountProcessor(LongAdder counted) {
      this.counted = counted;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      counts = context.getStateStore(COUNTS);
      context.schedule(MINUTE, PunctuationType.WALL_CLOCK_TIME, now -> expire());
    }

    @Override
    public void process(Record<byte[], Event> record) {
      Event event = record.value();
      long minute = event.timeMillis() / MINUTE.toMillis();
      newestMinute = Math.max(newestMinute, minute);
      Bytes key = keyOf(minute, event.series());
      Long count = counts.get(key);
      counts.put(key, count == null ? 1L : count + 1);
      counted.increment();
    }

    private void expire() {
      try (KeyValueIterator<Bytes, Long> old = counts.range(keyOf(0, ""), keyOf(newestMinute - TTL.toMinutes(), ""))) {
        while (old.hasNext()) counts.delete(old.next().key);
      }
    }

    private static Bytes keyOf(long minute, String series) {
      byte[] name = series.getBytes(StandardCharsets.UTF_8);
      return Bytes.wrap(ByteBuffer.allocate(Long.BYTES + name.length).putLong(minute).put(name).array());
    }
  }
}

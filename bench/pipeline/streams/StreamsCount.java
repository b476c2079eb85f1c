import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;

/**
 * Counts a log with Kafka Streams, exactly once, tuned for throughput, and prints its progress:
 *
 * <pre>
 * java StreamsCount dsl|processor APPLICATION BROKERS STATE_DIR WARM EVENTS TOPIC...
 * warm N        after at least WARM events are counted
 * counted N     after all EVENTS are counted
 * sum N         the sum of the counters in the stores at the end
 * </pre>
 *
 * Runs until it is killed.
 */
public final class StreamsCount {
  private static final int THREADS = 2;
  private static final int POLL_MS = 10;

  private StreamsCount() {}

  private static Properties properties(String application, String brokers, String stateDir) {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, brokers);
    properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir);
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
    // A commit each second, like the node's checkpoints; the default of 100 ms costs more.
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1000);
    // All changes between two commits fit into the cache, so each counter is written once in a commit.
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 256L << 20);
    // A task does not wait for other partitions: the windows accept events in any order.
    properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, -1L);
    properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 10_000);
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 512 << 10);
    return properties;
  }

  private static void waitFor(LongAdder counted, long events) throws InterruptedException {
    while (counted.sum() < events) Thread.sleep(POLL_MS);
  }

  private static long sum(KafkaStreams streams, boolean windowed) {
    long sum = 0;
    if (windowed) {
      var store = streams.store(StoreQueryParameters.fromNameAndType(
          Counting.COUNTS, QueryableStoreTypes.<String, Long>windowStore()));
      try (var all = store.all()) {
        while (all.hasNext()) sum += all.next().value;
      }
    } else {
      var store = streams.store(StoreQueryParameters.fromNameAndType(
          Counting.COUNTS, QueryableStoreTypes.<Object, Long>keyValueStore()));
      try (KeyValueIterator<Object, Long> all = store.all()) {
        while (all.hasNext()) sum += all.next().value;
      }
    }
    return sum;
  }

  public static void main(String[] arguments) throws InterruptedException {
    boolean dsl = arguments[0].equals("dsl");
    long warm = Long.parseLong(arguments[4]);
    long events = Long.parseLong(arguments[5]);
    List<String> topics = Arrays.asList(arguments).subList(6, arguments.length);
    LongAdder counted = new LongAdder();
    var topology = dsl ? Counting.dsl(topics, counted) : Counting.processor(topics, counted);
    var streams = new KafkaStreams(topology, properties(arguments[1], arguments[2], arguments[3]));
    streams.start();
    waitFor(counted, warm);
    System.out.println("warm " + counted.sum());
    waitFor(counted, events);
    System.out.println("counted " + counted.sum());
    System.out.println("sum " + sum(streams, dsl));
    Thread.sleep(Duration.ofMinutes(1).toMillis());
    System.exit(1);
  }
}

// The checks of clients_test.cc with Jedis.
//
//   java -cp 'JARS/*' Jedis.java PORT PROTECTED_PORT PASSWORD
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;
import redis.clients.jedis.util.SafeEncoder;

class JedisChecks {
  static final String MINUTE = "stats:mw:2011_0605_1430";
  static final String NEXT_MINUTE = "stats:mw:2011_0605_1431";
  static final String[] SPAN = {"2011-06-05T14:30Z", "2011-06-05T14:32Z"};
  static final long RECONNECT_MILLIS_MAX = 30_000;

  static String text(Object value) {
    return value == null ? "nil" : value.toString();
  }

  static String words(Collection<?> values) {
    return values.stream().map(JedisChecks::text).collect(Collectors.joining(" "));
  }

  static String pairs(Map<String, String> fields) {
    return words(new TreeMap<>(fields).entrySet());
  }

  // Rows of a command that Jedis does not know.
  static String rows(Object reply) {
    return ((List<?>) SafeEncoder.encodeObject(reply))
        .stream().map(row -> ((List<?>) row).get(0) + "=" + ((List<?>) row).get(1)).collect(Collectors.joining(" "));
  }

  static void show(String check, Object outcome) {
    System.out.println(check + ": " + outcome);
  }

  // A reply, or the message of the first cause of an error.
  static Object tryTo(Supplier<Object> request) {
    try {
      return request.get();
    } catch (JedisException error) {
      Throwable cause = error;
      while (cause.getCause() != null) cause = cause.getCause();
      return cause.getMessage();
    }
  }

  static void checkHashes(RedisClient client) {
    show("HGETALL", pairs(client.hgetAll(MINUTE)));
    show("HGETALL of no key", pairs(client.hgetAll("no")));
    show("HGET", client.hget(MINUTE, "login"));
    show("HGET of no field", text(client.hget(MINUTE, "no")));
    show("HMGET", words(client.hmget(MINUTE, "login", "no", "buy")));
    show("HKEYS", words(new TreeSet<>(client.hkeys(MINUTE))));
    show("HVALS", words(new TreeSet<>(client.hvals(MINUTE))));
    show("HLEN", client.hlen(MINUTE));
    show("HEXISTS", client.hexists(MINUTE, "login") + " " + client.hexists(MINUTE, "no"));
    TreeMap<String, String> fields = new TreeMap<>();
    client.hscan(MINUTE, "0").getResult().forEach(field -> fields.put(field.getKey(), field.getValue()));
    show("HSCAN", pairs(fields));
  }

  static void checkKeys(RedisClient client) {
    show("EXISTS", client.exists(MINUTE, "no"));
    show("TYPE", client.type(MINUTE) + " " + client.type("no"));
    show("TTL", client.ttl(MINUTE) + " " + client.ttl("no"));
    show("KEYS", words(new TreeSet<>(client.keys("stats:mw:*"))));
    show("SCAN", words(new TreeSet<>(client.scanIteration(1, "stats:mw:*").collect(new ArrayList<>()))));
    show("DBSIZE", client.dbSize());
  }

  static void checkPipeline(RedisClient client) {
    List<Response<String>> replies = new ArrayList<>();
    try (Pipeline pipeline = client.pipelined()) {
      for (int i = 0; i < 1000; ++i) replies.add(pipeline.hget(MINUTE, "login"));
    }
    int sum = replies.stream().mapToInt(reply -> Integer.parseInt(reply.get())).sum();
    show("pipeline", replies.size() + " replies, sum " + sum);
  }

  static void checkSeries(RedisClient client) {
    show("GET", client.get("stats:mw:login"));
    show("RANGE", rows(client.sendCommand(() -> "RANGE".getBytes(), "stats:mw:*", SPAN[0], SPAN[1])));
    show("TOP", rows(client.sendCommand(() -> "TOP".getBytes(), "2", "*", SPAN[0], SPAN[1])));
    show("INFO", "loading=" + client.info().replaceAll("(?s).*\\bloading:(\\d).*", "$1"));
  }

  static void checkErrors(RedisClient client) {
    show("error", tryTo(() -> client.sendCommand(() -> "NOSUCH".getBytes())));
    show("SET", tryTo(() -> client.set("a", "1")));
    show("after errors", client.hget(MINUTE, "login"));
  }

  static void checkAuth(int port, String password) {
    try (RedisClient right = RedisClient.create("127.0.0.1", port, null, password)) {
      show("AUTH right", right.echo("hello"));
    }
    try (RedisClient wrong = RedisClient.create("127.0.0.1", port, null, "wrong")) {
      show("AUTH wrong", tryTo(wrong::ping));
    }
  }

  static void checkReconnect(RedisClient client) throws InterruptedException {
    show("restart the node", "please");
    Object count = null;
    long end = System.currentTimeMillis() + RECONNECT_MILLIS_MAX;
    while (!"6".equals(count) && System.currentTimeMillis() < end) {
      count = tryTo(() -> client.hget(NEXT_MINUTE, "login"));
      Thread.sleep(100);
    }
    show("reconnect", count);
  }

  public static void main(String[] arguments) throws InterruptedException {
    try (RedisClient client = RedisClient.create("127.0.0.1", Integer.parseInt(arguments[0]))) {
      show("connect", client.ping());
      checkHashes(client);
      checkKeys(client);
      checkPipeline(client);
      checkSeries(client);
      checkErrors(client);
      checkAuth(Integer.parseInt(arguments[1]), arguments[2]);
      checkReconnect(client);
    }
  }
}

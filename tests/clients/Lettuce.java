// The checks of clients_test.cc with Lettuce.
//
//   java -cp 'JARS/*' Lettuce.java PORT PROTECTED_PORT PASSWORD
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

class LettuceChecks {
  static final String MINUTE = "stats:mw:2011_0605_1430";
  static final String NEXT_MINUTE = "stats:mw:2011_0605_1431";
  static final String[] SPAN = {"2011-06-05T14:30Z", "2011-06-05T14:32Z"};
  static final long RECONNECT_MILLIS_MAX = 30_000;

  static String text(Object value) {
    return value == null ? "nil" : value.toString();
  }

  static String words(Collection<?> values) {
    return values.stream().map(LettuceChecks::text).collect(Collectors.joining(" "));
  }

  static String pairs(Map<String, String> fields) {
    return words(new TreeMap<>(fields).entrySet());
  }

  // The rows of the reply to a command that Lettuce does not know.
  static String rows(RedisCommands<String, String> node, String command, String... arguments) {
    CommandArgs<String, String> all = new CommandArgs<>(StringCodec.UTF8);
    for (String argument : arguments) all.add(argument);
    List<Object> rows = node.dispatch(() -> command.getBytes(), new NestedMultiOutput<>(StringCodec.UTF8), all);
    return rows.stream().map(row -> ((List<?>) row).get(0) + "=" + ((List<?>) row).get(1))
        .collect(Collectors.joining(" "));
  }

  static void show(String check, Object outcome) {
    System.out.println(check + ": " + outcome);
  }

  // A reply, or the message of the first cause of an error.
  static Object tryTo(Supplier<Object> request) {
    try {
      return request.get();
    } catch (RedisException error) {
      Throwable cause = error;
      while (cause.getCause() != null) cause = cause.getCause();
      return cause.getMessage();
    }
  }

  static void checkHashes(RedisCommands<String, String> node) {
    show("HGETALL", pairs(node.hgetall(MINUTE)));
    show("HGETALL of no key", pairs(node.hgetall("no")));
    show("HGET", node.hget(MINUTE, "login"));
    show("HGET of no field", text(node.hget(MINUTE, "no")));
    show("HMGET", node.hmget(MINUTE, "login", "no", "buy").stream().map((KeyValue<String, String> field) ->
        field.getValueOrElse("nil")).collect(Collectors.joining(" ")));
    show("HKEYS", words(new TreeSet<>(node.hkeys(MINUTE))));
    show("HVALS", words(new TreeSet<>(node.hvals(MINUTE))));
    show("HLEN", node.hlen(MINUTE));
    show("HEXISTS", node.hexists(MINUTE, "login") + " " + node.hexists(MINUTE, "no"));
    show("HSCAN", pairs(node.hscan(MINUTE).getMap()));
  }

  static String scan(RedisCommands<String, String> node) {
    TreeSet<String> keys = new TreeSet<>();
    ScanIterator.scan(node, ScanArgs.Builder.matches("stats:mw:*").limit(1)).forEachRemaining(keys::add);
    return words(keys);
  }

  static void checkKeys(RedisCommands<String, String> node) {
    show("EXISTS", node.exists(MINUTE, "no"));
    show("TYPE", node.type(MINUTE) + " " + node.type("no"));
    show("TTL", node.ttl(MINUTE) + " " + node.ttl("no"));
    show("KEYS", words(new TreeSet<>(node.keys("stats:mw:*"))));
    show("SCAN", scan(node));
    show("DBSIZE", node.dbsize());
  }

  static void checkPipeline(StatefulRedisConnection<String, String> connection) throws Exception {
    List<RedisFuture<String>> replies = new ArrayList<>();
    for (int i = 0; i < 1000; ++i) replies.add(connection.async().hget(MINUTE, "login"));
    int sum = 0;
    for (RedisFuture<String> reply : replies) sum += Integer.parseInt(reply.get());
    show("pipeline", replies.size() + " replies, sum " + sum);
  }

  static void checkSeries(RedisCommands<String, String> node) {
    show("GET", node.get("stats:mw:login"));
    show("RANGE", rows(node, "RANGE", "stats:mw:*", SPAN[0], SPAN[1]));
    show("TOP", rows(node, "TOP", "2", "*", SPAN[0], SPAN[1]));
    show("INFO", "loading=" + node.info().replaceAll("(?s).*\\bloading:(\\d).*", "$1"));
  }

  static void checkErrors(RedisCommands<String, String> node) {
    show("error", tryTo(() -> node.dispatch(() -> "NOSUCH".getBytes(), new StatusOutput<>(StringCodec.UTF8))));
    show("SET", tryTo(() -> node.set("a", "1")));
    show("after errors", node.hget(MINUTE, "login"));
  }

  static RedisURI uri(String port, String password) {
    return RedisURI.builder().withHost("127.0.0.1").withPort(Integer.parseInt(port))
        .withPassword(password.toCharArray()).build();
  }

  static void checkAuth(RedisClient client, String port, String password) {
    show("AUTH right", client.connect(uri(port, password)).sync().echo("hello"));
    show("AUTH wrong", tryTo(() -> client.connect(uri(port, "wrong")).sync().ping()));
  }

  static void checkReconnect(RedisCommands<String, String> node) throws InterruptedException {
    show("restart the node", "please");
    Object count = null;
    long end = System.currentTimeMillis() + RECONNECT_MILLIS_MAX;
    while (!"6".equals(count) && System.currentTimeMillis() < end) {
      count = tryTo(() -> node.hget(NEXT_MINUTE, "login"));
      Thread.sleep(100);
    }
    show("reconnect", count);
  }

  public static void main(String[] arguments) throws Exception {
    RedisClient client = RedisClient.create("redis://127.0.0.1:" + arguments[0]);
    StatefulRedisConnection<String, String> connection = client.connect();
    RedisCommands<String, String> node = connection.sync();
    show("connect", node.ping());
    checkHashes(node);
    checkKeys(node);
    checkPipeline(connection);
    checkSeries(node);
    checkErrors(node);
    checkAuth(client, arguments[1], arguments[2]);
    checkReconnect(node);
    connection.close();
    client.shutdown();
  }
}

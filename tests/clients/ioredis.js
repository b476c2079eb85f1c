// The checks of clients_test.cc with ioredis.
//
//   node ioredis.js PORT PROTECTED_PORT PASSWORD
const { Redis } = require("ioredis");
const { MINUTE, NEXT_MINUTE, SPAN, errorOf, itemsOf, pairs, show, text, untilCounted, words } = require("./checks.js");

const [port, protectedPort, password] = process.argv.slice(2);

async function checkHashes(client) {
  show("HGETALL", pairs(Object.entries(await client.hgetall(MINUTE)).sort()));
  show("HGETALL of no key", pairs(Object.entries(await client.hgetall("no"))));
  show("HGET", await client.hget(MINUTE, "login"));
  show("HGET of no field", text(await client.hget(MINUTE, "no")));
  show("HMGET", words(await client.hmget(MINUTE, "login", "no", "buy")));
  show("HKEYS", words((await client.hkeys(MINUTE)).sort()));
  show("HVALS", words((await client.hvals(MINUTE)).sort()));
  show("HLEN", await client.hlen(MINUTE));
  show("HEXISTS", words([(await client.hexists(MINUTE, "login")) === 1, (await client.hexists(MINUTE, "no")) === 1]));
  const fields = await itemsOf(client.hscanStream(MINUTE));
  show("HSCAN", pairs([fields.slice(0, 2), fields.slice(2)].sort()));
}

async function checkKeys(client) {
  show("EXISTS", await client.exists(MINUTE, "no"));
  show("TYPE", words([await client.type(MINUTE), await client.type("no")]));
  show("TTL", words([await client.ttl(MINUTE), await client.ttl("no")]));
  show("KEYS", words((await client.keys("stats:mw:*")).sort()));
  show("SCAN", words((await itemsOf(client.scanStream({ match: "stats:mw:*", count: 1 }))).sort()));
  show("DBSIZE", await client.dbsize());
}

async function checkPipeline(client) {
  const pipeline = client.pipeline();
  for (let i = 0; i < 1000; ++i) pipeline.hget(MINUTE, "login");
  const replies = await pipeline.exec();
  const sum = replies.reduce((total, [error, count]) => total + (error ? NaN : Number(count)), 0);
  show("pipeline", `${replies.length} replies, sum ${sum}`);
}

async function checkSeries(client) {
  show("GET", await client.get("stats:mw:login"));
  show("RANGE", pairs(await client.call("RANGE", "stats:mw:*", ...SPAN)));
  show("TOP", pairs(await client.call("TOP", 2, "*", ...SPAN)));
  show("INFO", `loading=${(await client.info()).match(/loading:(\d)/)[1]}`);
}

async function checkErrors(client) {
  show("error", await errorOf(client.call("NOSUCH")));
  show("SET", await errorOf(client.set("a", "1")));
  show("after errors", await client.hget(MINUTE, "login"));
}

async function checkAuth() {
  const right = new Redis(protectedPort, { password });
  show("AUTH right", await right.echo("hello"));
  right.disconnect();
  const wrong = new Redis(protectedPort, { password: "wrong" });
  show("AUTH wrong", await new Promise((resolve) => wrong.on("error", (error) => resolve(error.message))));
  wrong.disconnect();
}

async function main() {
  const client = new Redis(port);
  client.on("error", (error) => console.error(error.message));
  show("connect", await client.ping());
  await checkHashes(client);
  await checkKeys(client);
  await checkPipeline(client);
  await checkSeries(client);
  await checkErrors(client);
  await checkAuth();
  await untilCounted(() => client.hget(NEXT_MINUTE, "login"));
  client.disconnect();
}

main();

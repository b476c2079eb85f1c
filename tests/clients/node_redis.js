// The checks of clients_test.cc with node-redis.
//
//   node node_redis.js PORT PROTECTED_PORT PASSWORD
const { createClient } = require("redis");
const { MINUTE, NEXT_MINUTE, SPAN, errorOf, itemsOf, pairs, show, text, untilCounted, words } = require("./checks.js");

const [port, protectedPort, password] = process.argv.slice(2);

function clientOf(options) {
  return createClient(options).on("error", (error) => console.error(error.message));
}

async function checkHashes(client) {
  show("HGETALL", pairs(Object.entries(await client.hGetAll(MINUTE)).sort()));
  show("HGETALL of no key", pairs(Object.entries(await client.hGetAll("no"))));
  show("HGET", await client.hGet(MINUTE, "login"));
  show("HGET of no field", text(await client.hGet(MINUTE, "no")));
  show("HMGET", words(await client.hmGet(MINUTE, ["login", "no", "buy"])));
  show("HKEYS", words((await client.hKeys(MINUTE)).sort()));
  show("HVALS", words((await client.hVals(MINUTE)).sort()));
  show("HLEN", await client.hLen(MINUTE));
  show("HEXISTS", words([(await client.hExists(MINUTE, "login")) === 1, (await client.hExists(MINUTE, "no")) === 1]));
  const fields = await itemsOf(client.hScanIterator(MINUTE));
  show("HSCAN", pairs(fields.map(({ field, value }) => [field, value]).sort()));
}

async function checkKeys(client) {
  show("EXISTS", await client.exists([MINUTE, "no"]));
  show("TYPE", words([await client.type(MINUTE), await client.type("no")]));
  show("TTL", words([await client.ttl(MINUTE), await client.ttl("no")]));
  show("KEYS", words((await client.keys("stats:mw:*")).sort()));
  show("SCAN", words((await itemsOf(client.scanIterator({ MATCH: "stats:mw:*", COUNT: 1 }))).sort()));
  show("DBSIZE", await client.dbSize());
}

// Commands of one turn of the event loop are one pipeline.
async function checkPipeline(client) {
  const counts = await Promise.all(Array.from({ length: 1000 }, () => client.hGet(MINUTE, "login")));
  show("pipeline", `${counts.length} replies, sum ${counts.reduce((total, count) => total + Number(count), 0)}`);
}

async function checkSeries(client) {
  show("GET", await client.get("stats:mw:login"));
  show("RANGE", pairs(await client.sendCommand(["RANGE", "stats:mw:*", ...SPAN])));
  show("TOP", pairs(await client.sendCommand(["TOP", "2", "*", ...SPAN])));
  show("INFO", `loading=${(await client.info()).match(/loading:(\d)/)[1]}`);
}

async function checkErrors(client) {
  show("error", await errorOf(client.sendCommand(["NOSUCH"])));
  show("SET", await errorOf(client.set("a", "1")));
  show("after errors", await client.hGet(MINUTE, "login"));
}

async function checkAuth() {
  const right = await clientOf({ socket: { port: protectedPort }, password }).connect();
  show("AUTH right", await right.echo("hello"));
  right.destroy();
  const wrong = clientOf({ socket: { port: protectedPort }, password: "wrong" });
  const refused = new Promise((resolve) => wrong.on("error", (error) => resolve(error.message)));
  wrong.connect().catch(() => {});
  show("AUTH wrong", await refused);
  wrong.destroy();
}

async function main() {
  const client = await clientOf({ socket: { port } }).connect();
  show("connect", await client.ping());
  await checkHashes(client);
  await checkKeys(client);
  await checkPipeline(client);
  await checkSeries(client);
  await checkErrors(client);
  await checkAuth();
  await untilCounted(() => client.hGet(NEXT_MINUTE, "login"));
  client.destroy();
}

main();

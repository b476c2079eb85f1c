// What the programs of ioredis and node-redis share: the names of clients_test.cc, and how replies are printed.
const MINUTE = "stats:mw:2011_0605_1430";
const NEXT_MINUTE = "stats:mw:2011_0605_1431";
const SPAN = ["2011-06-05T14:30Z", "2011-06-05T14:32Z"];
const RECONNECT_MS_MAX = 30000;

function text(value) {
  return value === null ? "nil" : String(value);
}

function words(values) {
  return values.map(text).join(" ");
}

function pairs(rows) {
  return rows.map(([name, value]) => `${name}=${value}`).join(" ");
}

function show(check, outcome) {
  console.log(`${check}: ${outcome}`);
}

function errorOf(reply) {
  return reply.catch((error) => error.message);
}

// The items of all pages of a scan.
async function itemsOf(pages) {
  const items = [];
  for await (const some of pages) items.push(...some);
  return items;
}

// Asks for the restart of the node, and repeats the request until it returns the new count.
async function untilCounted(request) {
  show("restart the node", "please");
  let count;
  for (const end = Date.now() + RECONNECT_MS_MAX; count !== "6" && Date.now() < end; ) {
    count = await request().catch((error) => error.message);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  show("reconnect", count);
}

module.exports = { MINUTE, NEXT_MINUTE, SPAN, errorOf, itemsOf, pairs, show, text, untilCounted, words };

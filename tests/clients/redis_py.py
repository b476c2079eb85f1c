"""The checks of clients_test.cc with redis-py.

    redis_py.py sync|asyncio PORT PROTECTED_PORT PASSWORD
"""
import asyncio
import inspect
import sys
import time

import redis
import redis.asyncio

MINUTE = "stats:mw:2011_0605_1430"
NEXT_MINUTE = "stats:mw:2011_0605_1431"
SPAN = ["2011-06-05T14:30Z", "2011-06-05T14:32Z"]

Client = redis.asyncio.Redis if sys.argv[1] == "asyncio" else redis.Redis
port, protected_port, password = int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]


async def result(reply):
    """Returns the reply of either client."""
    return await reply if inspect.isawaitable(reply) else reply


async def all_of(scan):
    return [item async for item in scan] if hasattr(scan, "__aiter__") else list(scan)


def text(value):
    if value is None:
        return "nil"
    return value.decode() if isinstance(value, bytes) else str(value)


def words(values):
    return " ".join(text(value) for value in values)


def pairs(rows):
    return " ".join(f"{text(name)}={text(value)}" for name, value in rows)


def show(check, outcome):
    print(f"{check}: {outcome}", flush=True)


async def reply_or_error(request):
    try:
        return await result(request())
    except redis.RedisError as error:
        return error


async def check_hashes(client):
    show("HGETALL", pairs(sorted((await result(client.hgetall(MINUTE))).items())))
    show("HGETALL of no key", pairs((await result(client.hgetall("no"))).items()))
    show("HGET", text(await result(client.hget(MINUTE, "login"))))
    show("HGET of no field", text(await result(client.hget(MINUTE, "no"))))
    show("HMGET", words(await result(client.hmget(MINUTE, ["login", "no", "buy"]))))
    show("HKEYS", words(sorted(await result(client.hkeys(MINUTE)))))
    show("HVALS", words(sorted(await result(client.hvals(MINUTE)))))
    show("HLEN", await result(client.hlen(MINUTE)))
    exist = [await result(client.hexists(MINUTE, field)) for field in ("login", "no")]
    show("HEXISTS", words(exist).lower())
    show("HSCAN", pairs(sorted(await all_of(client.hscan_iter(MINUTE)))))


async def check_keys(client):
    show("EXISTS", await result(client.exists(MINUTE, "no")))
    show("TYPE", words([await result(client.type(MINUTE)), await result(client.type("no"))]))
    show("TTL", words([await result(client.ttl(MINUTE)), await result(client.ttl("no"))]))
    show("KEYS", words(sorted(await result(client.keys("stats:mw:*")))))
    show("SCAN", words(sorted(await all_of(client.scan_iter("stats:mw:*", count=1)))))
    show("DBSIZE", await result(client.dbsize()))


async def check_series(client):
    show("GET", text(await result(client.get("stats:mw:login"))))
    show("RANGE", pairs(await result(client.execute_command("RANGE", "stats:mw:*", *SPAN))))
    show("TOP", pairs(await result(client.execute_command("TOP", 2, "*", *SPAN))))
    show("INFO", f"loading={(await result(client.info()))['loading']}")


async def check_pipeline(client):
    pipeline = client.pipeline()
    for _ in range(1000):
        pipeline.hget(MINUTE, "login")
    counts = await result(pipeline.execute())
    show("pipeline", f"{len(counts)} replies, sum {sum(int(count) for count in counts)}")


async def check_errors(client):
    show("error", await reply_or_error(lambda: client.execute_command("NOSUCH")))
    show("SET", await reply_or_error(lambda: client.set("a", "1")))
    show("after errors", text(await result(client.hget(MINUTE, "login"))))


async def check_auth():
    right = Client(port=protected_port, password=password)
    show("AUTH right", text(await result(right.echo("hello"))))
    wrong = Client(port=protected_port, password="wrong")
    show("AUTH wrong", await reply_or_error(lambda: wrong.ping()))
    for client in (right, wrong):
        await result(client.aclose() if hasattr(client, "aclose") else client.close())


async def check_reconnect(client):
    show("restart the node", "please")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        count = await reply_or_error(lambda: client.hget(NEXT_MINUTE, "login"))
        if count == b"6":
            break
        time.sleep(0.1)
    show("reconnect", text(count))


async def main():
    client = Client(port=port)
    show("connect", "PONG" if await result(client.ping()) else "no reply")
    await check_hashes(client)
    await check_keys(client)
    await check_pipeline(client)
    await check_series(client)
    await check_errors(client)
    await check_auth()
    await check_reconnect(client)
    await result(client.aclose() if hasattr(client, "aclose") else client.close())


asyncio.run(main())

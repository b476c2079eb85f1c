"""The checks of clients_test.cc with redis-cli: each request as its arguments, or all at the prompt of a terminal.

    redis_cli.py arguments|prompt PORT PROTECTED_PORT PASSWORD
"""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

MINUTE = "stats:mw:2011_0605_1430"
NEXT_MINUTE = "stats:mw:2011_0605_1431"
SPAN = "2011-06-05T14:30Z 2011-06-05T14:32Z"
REQUEST_SECONDS_MAX = 20
RECONNECT_SECONDS_MAX = 30
PIPELINE = 1000

# What redis-cli prints for a string, an integer, nil and an error.
VALUE = re.compile(r'"((?:[^"\\]|\\.)*)"|\(integer\) (-?\d+)|\((nil)\)|\(error\) (.*)')


class Arguments:
    """Runs redis-cli for each request."""

    def __init__(self, port, *options):
        self.command = ["redis-cli", "--no-raw", "-p", port, *options]

    def run(self, *arguments, stdin=""):
        run = subprocess.run(
            [*self.command, *arguments], input=stdin, capture_output=True, text=True, timeout=REQUEST_SECONDS_MAX
        )
        return run.stdout + run.stderr

    def ask(self, request):
        return self.run(*request.split())

    def pipeline(self, request):
        """Returns how many replies redis-cli --pipe sees, and the replies to the same requests one after another."""
        words_of_it = request.split()
        resp = f"*{len(words_of_it)}\r\n" + "".join(f"${len(word)}\r\n{word}\r\n" for word in words_of_it)
        printed = self.run("--pipe", stdin=resp * PIPELINE)
        replies = re.search(r"errors: 0, replies: (\d+)", printed)
        return replies[1] if replies else printed, values(self.run("-r", str(PIPELINE), *words_of_it))


class Prompt:
    """Types at a terminal in which redis-cli runs."""

    def __init__(self, port, *options):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.environ["TERM"] = "xterm"
            os.execvp("redis-cli", ["redis-cli", "-p", port, *options])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
        self.read_until(r"> $")

    def read_until(self, end):
        """Returns what redis-cli prints until it matches."""
        printed = ""
        deadline = time.monotonic() + REQUEST_SECONDS_MAX
        while not re.search(end, printed, re.DOTALL):
            if not select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                raise TimeoutError(f"expected {end} at the terminal, got {printed!r}")
            printed += os.read(self.terminal, 65536).decode()
        return printed

    def ask(self, request):
        """Returns what is between the typed line and the next prompt."""
        os.write(self.terminal, request.encode() + b"\r")
        printed = self.read_until(r"\n.*(127\.0\.0\.1:\d+|not connected)> $")
        return printed[printed.index("\n") + 1 : printed.rindex("\n") + 1].replace("\r", "")

    def pipeline(self, request):
        replies = values(self.ask(f"{PIPELINE} {request}"))
        return len(replies), replies


def values(printed):
    """Returns the values of a reply as text."""
    found = ["".join(groups) for groups in VALUE.findall(printed)]
    return found or printed.split()


def words(printed):
    return " ".join(values(printed))


def in_order(printed):
    return " ".join(sorted(values(printed)))


def pairs(printed):
    found = values(printed)
    return [f"{name}={value}" for name, value in zip(found[::2], found[1::2])]


def show(check, outcome):
    print(f"{check}: {outcome}", flush=True)


def check_hashes(node):
    show("HGETALL", " ".join(sorted(pairs(node.ask(f"HGETALL {MINUTE}")))))
    show("HGETALL of no key", node.ask("HGETALL no").strip().replace("(empty array)", ""))
    show("HGET", words(node.ask(f"HGET {MINUTE} login")))
    show("HGET of no field", words(node.ask(f"HGET {MINUTE} no")))
    show("HMGET", words(node.ask(f"HMGET {MINUTE} login no buy")))
    show("HKEYS", in_order(node.ask(f"HKEYS {MINUTE}")))
    show("HVALS", in_order(node.ask(f"HVALS {MINUTE}")))
    show("HLEN", words(node.ask(f"HLEN {MINUTE}")))
    exist = [node.ask(f"HEXISTS {MINUTE} {field}") for field in ("login", "no")]
    show("HEXISTS", " ".join({"1": "true", "0": "false"}.get(words(reply), reply) for reply in exist))
    show("HSCAN", " ".join(sorted(pairs(node.ask(f"HSCAN {MINUTE} 0").partition("2)")[2]))))


def scan(node):
    keys = []
    cursor = None
    while cursor != "0":
        cursor, *some = values(node.ask(f"SCAN {cursor or 0} MATCH stats:mw:* COUNT 1"))
        keys += [key for key in some if key.startswith("stats:")]
    return " ".join(sorted(keys))


def check_keys(node):
    show("EXISTS", words(node.ask(f"EXISTS {MINUTE} no")))
    show("TYPE", words(node.ask(f"TYPE {MINUTE}")) + " " + words(node.ask("TYPE no")))
    show("TTL", words(node.ask(f"TTL {MINUTE}")) + " " + words(node.ask("TTL no")))
    show("KEYS", in_order(node.ask("KEYS stats:mw:*")))
    show("SCAN", scan(node))
    show("DBSIZE", words(node.ask("DBSIZE")))


def check_pipeline(node):
    number, counts = node.pipeline(f"HGET {MINUTE} login")
    show("pipeline", f"{number} replies, sum {sum(int(count) for count in counts)}")


def check_series(node):
    show("GET", words(node.ask("GET stats:mw:login")))
    show("RANGE", " ".join(pairs(node.ask(f"RANGE stats:mw:* {SPAN}"))))
    show("TOP", " ".join(pairs(node.ask(f"TOP 2 * {SPAN}"))))
    show("INFO", "loading=" + re.search(r"loading:(\d)", node.ask("INFO"))[1])


def check_errors(node):
    show("error", words(node.ask("NOSUCH")))
    show("SET", words(node.ask("SET a 1")))
    show("after errors", words(node.ask(f"HGET {MINUTE} login")))


def check_auth(client, port, password):
    show("AUTH right", words(client(port, "--no-auth-warning", "-a", password).ask("ECHO hello")))
    show("AUTH wrong", words(client(port).ask("AUTH wrong")))


def check_reconnect(node):
    show("restart the node", "please")
    deadline = time.monotonic() + RECONNECT_SECONDS_MAX
    count = None
    while count != "6" and time.monotonic() < deadline:
        count = words(node.ask(f"HGET {NEXT_MINUTE} login"))
        time.sleep(0.1)
    show("reconnect", count)


def main(kind, port, protected_port, password):
    client = {"arguments": Arguments, "prompt": Prompt}[kind]
    node = client(port)
    show("connect", words(node.ask("PING")))
    check_hashes(node)
    check_keys(node)
    check_pipeline(node)
    check_series(node)
    check_errors(node)
    check_auth(client, protected_port, password)
    check_reconnect(node)


main(*sys.argv[1:])

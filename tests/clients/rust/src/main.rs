//! The checks of clients_test.cc with redis-rs.
//!
//!     redis_rs PORT PROTECTED_PORT PASSWORD
use redis::{Client, Connection, FromRedisValue, RedisResult, TypedCommands};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

const MINUTE: &str = "stats:mw:2011_0605_1430";
const NEXT_MINUTE: &str = "stats:mw:2011_0605_1431";
const SPAN: [&str; 2] = ["2011-06-05T14:30Z", "2011-06-05T14:32Z"];
const PIPELINE: usize = 1000;
const RECONNECT_MAX: Duration = Duration::from_secs(30);

fn show(check: &str, outcome: impl std::fmt::Display) {
    println!("{check}: {outcome}");
}

fn connect(port: &str, password: &str) -> RedisResult<Connection> {
    let user = if password.is_empty() {
        String::new()
    } else {
        format!(":{password}@")
    };
    Client::open(format!("redis://{user}127.0.0.1:{port}/"))?.get_connection()
}

fn ask<T: FromRedisValue>(node: &mut Connection, words: &[&str]) -> RedisResult<T> {
    let mut command = redis::cmd(words[0]);
    for word in &words[1..] {
        command.arg(*word);
    }
    command.query(node)
}

/// The text of the server's error: the client has the first word in its own place.
fn error_of<T>(reply: RedisResult<T>) -> String {
    match reply {
        Ok(_) => "no error".to_string(),
        Err(error) => error.detail().map_or(error.to_string(), str::to_string),
    }
}

fn text(value: Option<String>) -> String {
    value.unwrap_or("nil".to_string())
}

fn sorted(mut words: Vec<String>) -> String {
    words.sort();
    words.join(" ")
}

fn pairs(fields: impl IntoIterator<Item = (String, String)>) -> String {
    let all: Vec<String> = fields
        .into_iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    all.join(" ")
}

fn check_hashes(node: &mut Connection) -> RedisResult<()> {
    show("HGETALL", pairs(BTreeMap::from_iter(node.hgetall(MINUTE)?)));
    show("HGETALL of no key", pairs(node.hgetall("no")?));
    show("HGET", text(node.hget(MINUTE, "login")?));
    show("HGET of no field", text(node.hget(MINUTE, "no")?));
    let counts: Vec<Option<String>> = ask(node, &["HMGET", MINUTE, "login", "no", "buy"])?;
    show(
        "HMGET",
        counts.into_iter().map(text).collect::<Vec<_>>().join(" "),
    );
    show("HKEYS", sorted(node.hkeys(MINUTE)?));
    show("HVALS", sorted(node.hvals(MINUTE)?));
    show("HLEN", node.hlen(MINUTE)?);
    show(
        "HEXISTS",
        format!(
            "{} {}",
            node.hexists(MINUTE, "login")?,
            node.hexists(MINUTE, "no")?
        ),
    );
    let fields: RedisResult<BTreeMap<String, String>> =
        node.hscan::<_, (String, String)>(MINUTE)?.collect();
    show("HSCAN", pairs(fields?));
    Ok(())
}

fn check_keys(node: &mut Connection) -> RedisResult<()> {
    show("EXISTS", ask::<i64>(node, &["EXISTS", MINUTE, "no"])?);
    show(
        "TYPE",
        ask::<String>(node, &["TYPE", MINUTE])? + " " + &ask::<String>(node, &["TYPE", "no"])?,
    );
    show(
        "TTL",
        format!(
            "{} {}",
            ask::<i64>(node, &["TTL", MINUTE])?,
            ask::<i64>(node, &["TTL", "no"])?
        ),
    );
    show("KEYS", sorted(node.keys("stats:mw:*")?));
    let keys: Vec<String> = node
        .scan_options(
            redis::ScanOptions::default()
                .with_pattern("stats:mw:*")
                .with_count(1),
        )?
        .collect::<RedisResult<_>>()?;
    show("SCAN", sorted(keys));
    show("DBSIZE", ask::<i64>(node, &["DBSIZE"])?);
    Ok(())
}

fn check_pipeline(node: &mut Connection) -> RedisResult<()> {
    let mut pipeline = redis::pipe();
    for _ in 0..PIPELINE {
        pipeline.hget(MINUTE, "login");
    }
    let counts: Vec<i64> = pipeline.query(node)?;
    show(
        "pipeline",
        format!(
            "{} replies, sum {}",
            counts.len(),
            counts.iter().sum::<i64>()
        ),
    );
    Ok(())
}

fn check_series(node: &mut Connection) -> RedisResult<()> {
    show("GET", text(node.get("stats:mw:login")?));
    let range: Vec<(String, String)> = ask(node, &["RANGE", "stats:mw:*", SPAN[0], SPAN[1]])?;
    show("RANGE", pairs(range));
    let top: Vec<(String, String)> = ask(node, &["TOP", "2", "*", SPAN[0], SPAN[1]])?;
    show("TOP", pairs(top));
    let info: redis::InfoDict = ask(node, &["INFO"])?;
    show("INFO", format!("loading={}", text(info.get("loading"))));
    Ok(())
}

fn check_errors(node: &mut Connection) -> RedisResult<()> {
    show("error", error_of(ask::<()>(node, &["NOSUCH"])));
    show("SET", error_of(node.set("a", "1")));
    show("after errors", text(node.hget(MINUTE, "login")?));
    Ok(())
}

/// The client has no connection that reconnects in its default features, so the program connects again.
fn check_reconnect(port: &str) {
    show("restart the node", "please");
    let mut count = String::new();
    let begin = Instant::now();
    while count != "6" && begin.elapsed() < RECONNECT_MAX {
        count = match connect(port, "").and_then(|mut node| node.hget(NEXT_MINUTE, "login")) {
            Ok(value) => text(value),
            Err(error) => error.to_string(),
        };
        std::thread::sleep(Duration::from_millis(100));
    }
    show("reconnect", count);
}

fn main() -> RedisResult<()> {
    let arguments: Vec<String> = std::env::args().collect();
    let mut node = connect(&arguments[1], "")?;
    show("connect", node.ping()?);
    check_hashes(&mut node)?;
    check_keys(&mut node)?;
    check_pipeline(&mut node)?;
    check_series(&mut node)?;
    check_errors(&mut node)?;
    show(
        "AUTH right",
        ask::<String>(
            &mut connect(&arguments[2], &arguments[3])?,
            &["ECHO", "hello"],
        )?,
    );
    // With a wrong password in its address, the client shows its own text instead of the server's.
    show(
        "AUTH wrong",
        error_of(ask::<()>(
            &mut connect(&arguments[2], "")?,
            &["AUTH", "wrong"],
        )),
    );
    check_reconnect(&arguments[1]);
    Ok(())
}

// The commands of Redis that write. They get an error of their own, because a team that moves from a consumer with
// Redis sends them.
#include "core/base/strings.h"
#include "core/query/command_table.h"

namespace tally {
namespace {

constexpr std::string_view kWriteCommands[] = {
    // keys
    "COPY", "DEL", "EXPIRE", "EXPIREAT", "FLUSHALL", "FLUSHDB", "MIGRATE", "MOVE", "PERSIST", "PEXPIRE", "PEXPIREAT",
    "RENAME", "RENAMENX", "RESTORE", "SWAPDB", "UNLINK",
    // hashes
    "HDEL", "HEXPIRE", "HEXPIREAT", "HGETDEL", "HGETEX", "HINCRBY", "HINCRBYFLOAT", "HMSET", "HPERSIST", "HPEXPIRE",
    "HPEXPIREAT", "HSET", "HSETEX", "HSETNX",
    // strings and bits
    "APPEND", "BITFIELD", "BITOP", "DECR", "DECRBY", "GETDEL", "GETEX", "GETSET", "INCR", "INCRBY", "INCRBYFLOAT",
    "MSET", "MSETNX", "PFADD", "PFMERGE", "PSETEX", "SET", "SETBIT", "SETEX", "SETNX", "SETRANGE",
    // lists, sets, sorted sets, places, streams
    "GEOADD", "LINSERT", "LMOVE", "LPOP", "LPUSH", "LPUSHX", "LREM", "LSET", "LTRIM", "RPOP", "RPOPLPUSH", "RPUSH",
    "RPUSHX", "SADD", "SMOVE", "SPOP", "SREM", "XACK", "XADD", "XDEL", "XGROUP", "XTRIM", "ZADD", "ZINCRBY", "ZPOPMAX",
    "ZPOPMIN", "ZREM", "ZREMRANGEBYRANK", "ZREMRANGEBYSCORE",
    // modules
    "JSON.DEL", "JSON.MERGE", "JSON.NUMINCRBY", "JSON.SET", "TS.ADD", "TS.ALTER", "TS.CREATE", "TS.CREATERULE",
    "TS.DECRBY", "TS.DEL", "TS.DELETERULE", "TS.INCRBY", "TS.MADD"};

}  // namespace

std::string_view WriteCommandOf(std::string_view name) {
  for (std::string_view command : kWriteCommands) {
    if (EqualsIgnoreCase(command, name)) return command;
  }
  return "";
}

}  // namespace tally

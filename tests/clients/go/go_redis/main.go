// The checks of clients_test.cc with go-redis.
//
//	go_redis PORT PROTECTED_PORT PASSWORD
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
	. "tallyd/clients/checks"
)

var ctx = context.Background()

func connect(port, password string) *redis.Client {
	return redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + port, Password: password})
}

func words(values []any) string {
	var all []string
	for _, value := range values {
		if value == nil {
			value = "nil"
		}
		all = append(all, fmt.Sprint(value))
	}
	return strings.Join(all, " ")
}

func rows(reply any, err error) string {
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, row := range reply.([]any) {
		cells := row.([]any)
		all = append(all, fmt.Sprintf("%v=%v", cells[0], cells[1]))
	}
	return strings.Join(all, " ")
}

func checkHashes(client *redis.Client) {
	Show("HGETALL", Fields(client.HGetAll(ctx, Minute).Val()))
	Show("HGETALL of no key", Fields(client.HGetAll(ctx, "no").Val()))
	Show("HGET", Reply(client.HGet(ctx, Minute, "login").Result()))
	_, err := client.HGet(ctx, Minute, "no").Result()
	if errors.Is(err, redis.Nil) {
		Show("HGET of no field", "nil")
	}
	Show("HMGET", words(client.HMGet(ctx, Minute, "login", "no", "buy").Val()))
	Show("HKEYS", Sorted(client.HKeys(ctx, Minute).Val()))
	Show("HVALS", Sorted(client.HVals(ctx, Minute).Val()))
	Show("HLEN", Reply(client.HLen(ctx, Minute).Result()))
	Show("HEXISTS", fmt.Sprint(client.HExists(ctx, Minute, "login").Val(), " ", client.HExists(ctx, Minute, "no").Val()))
	Show("HSCAN", scanFields(client))
}

func scanFields(client *redis.Client) string {
	fields := map[string]string{}
	some := client.HScan(ctx, Minute, 0, "", 0).Iterator()
	for some.Next(ctx) {
		name := some.Val()
		some.Next(ctx)
		fields[name] = some.Val()
	}
	return Fields(fields)
}

func scan(client *redis.Client) string {
	var keys []string
	some := client.Scan(ctx, 0, "stats:mw:*", 1).Iterator()
	for some.Next(ctx) {
		keys = append(keys, some.Val())
	}
	return Sorted(keys)
}

func checkKeys(client *redis.Client) {
	Show("EXISTS", Reply(client.Exists(ctx, Minute, "no").Result()))
	Show("TYPE", client.Type(ctx, Minute).Val()+" "+client.Type(ctx, "no").Val())
	// A TTL of -2 is not multiplied by the second.
	Show("TTL", fmt.Sprint(client.TTL(ctx, Minute).Val().Seconds(), " ", int64(client.TTL(ctx, "no").Val())))
	Show("KEYS", Sorted(client.Keys(ctx, "stats:mw:*").Val()))
	Show("SCAN", scan(client))
	Show("DBSIZE", Reply(client.DBSize(ctx).Result()))
}

func checkPipeline(client *redis.Client) {
	replies, err := client.Pipelined(ctx, func(pipeline redis.Pipeliner) error {
		for range Pipeline {
			pipeline.HGet(ctx, Minute, "login")
		}
		return nil
	})
	sum := 0
	for _, reply := range replies {
		count, _ := strconv.Atoi(reply.(*redis.StringCmd).Val())
		sum += count
	}
	if err != nil {
		Show("pipeline", err)
	}
	Show("pipeline", fmt.Sprintf("%d replies, sum %d", len(replies), sum))
}

func checkSeries(client *redis.Client) {
	Show("GET", Reply(client.Get(ctx, "stats:mw:login").Result()))
	Show("RANGE", rows(client.Do(ctx, "RANGE", "stats:mw:*", From, To).Result()))
	Show("TOP", rows(client.Do(ctx, "TOP", 2, "*", From, To).Result()))
	Show("INFO", Loading(client.Info(ctx).Val()))
}

func checkErrors(client *redis.Client) {
	Show("error", client.Do(ctx, "NOSUCH").Err())
	Show("SET", client.Set(ctx, "a", "1", 0).Err())
	Show("after errors", Reply(client.HGet(ctx, Minute, "login").Result()))
}

func main() {
	port, protectedPort, password := os.Args[1], os.Args[2], os.Args[3]
	client := connect(port, "")
	Show("connect", Reply(client.Ping(ctx).Result()))
	checkHashes(client)
	checkKeys(client)
	checkPipeline(client)
	checkSeries(client)
	checkErrors(client)
	Show("AUTH right", Reply(connect(protectedPort, password).Echo(ctx, "hello").Result()))
	Show("AUTH wrong", connect(protectedPort, "wrong").Ping(ctx).Err())
	UntilCounted(func() (string, error) { return client.HGet(ctx, NextMinute, "login").Result() })
}

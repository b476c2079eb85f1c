// The checks of clients_test.cc with rueidis. HGET is read through its client-side cache.
//
//	rueidis PORT PROTECTED_PORT PASSWORD
package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/redis/rueidis"
	. "tallyd/clients/checks"
)

var ctx = context.Background()

func connect(port, password string) (rueidis.Client, error) {
	return rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{"127.0.0.1:" + port}, Password: password})
}

func ask(client rueidis.Client, words ...string) rueidis.RedisResult {
	return client.Do(ctx, client.B().Arbitrary(words...).Build())
}

// text returns a reply as text: of an array, each value.
func text(reply rueidis.RedisMessage, err error) string {
	if rueidis.IsRedisNil(err) || reply.IsNil() {
		return "nil"
	}
	if err != nil {
		return err.Error()
	}
	if reply.IsInt64() {
		return Reply(reply.AsInt64())
	}
	if reply.IsArray() {
		values, _ := reply.ToArray()
		var all []string
		for _, value := range values {
			all = append(all, text(value, nil))
		}
		return strings.Join(all, " ")
	}
	return Reply(reply.ToString())
}

func rows(reply rueidis.RedisResult) string {
	values, err := reply.ToArray()
	if err != nil {
		return err.Error()
	}
	var all []string
	for _, row := range values {
		all = append(all, strings.Replace(text(row, nil), " ", "=", 1))
	}
	return strings.Join(all, " ")
}

func sorted(reply rueidis.RedisResult) string {
	words, err := reply.AsStrSlice()
	if err != nil {
		return err.Error()
	}
	return Sorted(words)
}

func fields(reply rueidis.RedisResult) string {
	all, err := reply.AsStrMap()
	if err != nil {
		return err.Error()
	}
	return Fields(all)
}

func cached(client rueidis.Client, key, field string) string {
	return text(client.DoCache(ctx, client.B().Hget().Key(key).Field(field).Cache(), time.Minute).ToMessage())
}

func checkHashes(client rueidis.Client) {
	Show("HGETALL", fields(ask(client, "HGETALL", Minute)))
	Show("HGETALL of no key", fields(ask(client, "HGETALL", "no")))
	Show("HGET", cached(client, Minute, "login"))
	Show("HGET of no field", cached(client, Minute, "no"))
	Show("HMGET", text(ask(client, "HMGET", Minute, "login", "no", "buy").ToMessage()))
	Show("HKEYS", sorted(ask(client, "HKEYS", Minute)))
	Show("HVALS", sorted(ask(client, "HVALS", Minute)))
	Show("HLEN", text(ask(client, "HLEN", Minute).ToMessage()))
	exists := func(field string) bool {
		found, _ := ask(client, "HEXISTS", Minute, field).AsBool()
		return found
	}
	Show("HEXISTS", fmt.Sprint(exists("login"), " ", exists("no")))
	Show("HSCAN", scanFields(client))
}

func scanFields(client rueidis.Client) string {
	entry, err := client.Do(ctx, client.B().Hscan().Key(Minute).Cursor(0).Build()).AsScanEntry()
	if err != nil {
		return err.Error()
	}
	fields := map[string]string{}
	for i := 0; i+1 < len(entry.Elements); i += 2 {
		fields[entry.Elements[i]] = entry.Elements[i+1]
	}
	return Fields(fields)
}

func scan(client rueidis.Client) string {
	var keys []string
	for cursor := uint64(0); ; {
		entry, err := client.Do(ctx, client.B().Scan().Cursor(cursor).Match("stats:mw:*").Count(1).Build()).AsScanEntry()
		if err != nil {
			return err.Error()
		}
		keys = append(keys, entry.Elements...)
		if cursor = entry.Cursor; cursor == 0 {
			return Sorted(keys)
		}
	}
}

func checkKeys(client rueidis.Client) {
	both := func(command string) string {
		return text(ask(client, command, Minute).ToMessage()) + " " + text(ask(client, command, "no").ToMessage())
	}
	Show("EXISTS", text(ask(client, "EXISTS", Minute, "no").ToMessage()))
	Show("TYPE", both("TYPE"))
	Show("TTL", both("TTL"))
	Show("KEYS", sorted(ask(client, "KEYS", "stats:mw:*")))
	Show("SCAN", scan(client))
	Show("DBSIZE", text(ask(client, "DBSIZE").ToMessage()))
}

func checkPipeline(client rueidis.Client) {
	var requests rueidis.Commands
	for range Pipeline {
		requests = append(requests, client.B().Hget().Key(Minute).Field("login").Build())
	}
	sum := int64(0)
	replies := client.DoMulti(ctx, requests...)
	for _, reply := range replies {
		count, _ := reply.AsInt64()
		sum += count
	}
	Show("pipeline", fmt.Sprintf("%d replies, sum %d", len(replies), sum))
}

func checkSeries(client rueidis.Client) {
	Show("GET", text(ask(client, "GET", "stats:mw:login").ToMessage()))
	Show("RANGE", rows(ask(client, "RANGE", "stats:mw:*", From, To)))
	Show("TOP", rows(ask(client, "TOP", "2", "*", From, To)))
	Show("INFO", Loading(text(ask(client, "INFO").ToMessage())))
}

func checkErrors(client rueidis.Client) {
	Show("error", ask(client, "NOSUCH").Error())
	Show("SET", ask(client, "SET", "a", "1").Error())
	Show("after errors", text(ask(client, "HGET", Minute, "login").ToMessage()))
}

func checkAuth(port, password string) {
	right, err := connect(port, password)
	if err != nil {
		Show("AUTH right", err)
		return
	}
	Show("AUTH right", text(ask(right, "ECHO", "hello").ToMessage()))
	_, err = connect(port, "wrong")
	Show("AUTH wrong", err)
}

func main() {
	port, protectedPort, password := os.Args[1], os.Args[2], os.Args[3]
	client, err := connect(port, "")
	if err != nil {
		Show("connect", err)
		return
	}
	Show("connect", text(ask(client, "PING").ToMessage()))
	checkHashes(client)
	checkKeys(client)
	checkPipeline(client)
	checkSeries(client)
	checkErrors(client)
	checkAuth(protectedPort, password)
	UntilCounted(func() (string, error) { return cached(client, NextMinute, "login"), nil })
}

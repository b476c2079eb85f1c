// Package checks has what the programs of go-redis and rueidis share: the names of clients_test.cc, and how replies are
// printed.
package checks

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	Minute     = "stats:mw:2011_0605_1430"
	NextMinute = "stats:mw:2011_0605_1431"
	From       = "2011-06-05T14:30Z"
	To         = "2011-06-05T14:32Z"
	Pipeline   = 1000

	reconnectMax = 30 * time.Second
)

func Show(check string, outcome any) { fmt.Printf("%s: %v\n", check, outcome) }

// Sorted returns the words in order, with spaces between them.
func Sorted(words []string) string { return strings.Join(slices.Sorted(slices.Values(words)), " ") }

// Fields returns name=value for each field of a hash.
func Fields(fields map[string]string) string {
	var all []string
	for name, value := range fields {
		all = append(all, name+"="+value)
	}
	return Sorted(all)
}

// Reply returns a reply as text, or its error.
func Reply[T any](value T, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprint(value)
}

// Loading returns the value of INFO's line.
func Loading(info string) string {
	_, after, _ := strings.Cut(info, "loading:")
	return "loading=" + after[:1]
}

// UntilCounted asks for the restart of the node, and repeats the request until it returns the new count.
func UntilCounted(request func() (string, error)) {
	Show("restart the node", "please")
	count := ""
	for end := time.Now().Add(reconnectMax); count != "6" && time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		count = Reply(request())
	}
	Show("reconnect", count)
}

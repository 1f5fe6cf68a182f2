package schedule_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/config/schedule"
)

// TestPeer compares with testdata/peer.jsonl: when Renovate 44.121.2, asked as it is installed, says that schedules are
// open and shut. Times are in UTC. Left out is what docs/differences.md says of schedules.
func TestPeer(t *testing.T) {
	data, err := os.ReadFile("testdata/peer.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for line := range strings.Lines(string(data)) {
		var want struct {
			Schedule, Timezone string
			Open, Shut         []string
		}
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		s, err := schedule.Parse([]string{want.Schedule}, want.Timezone)
		if err != nil {
			t.Errorf("%s: %v", want.Schedule, err)
			continue
		}
		for open, times := range map[bool][]string{true: want.Open, false: want.Shut} {
			for _, text := range times {
				at, err := time.Parse("2006-01-02T15:04", text)
				if err != nil {
					t.Fatal(err)
				}
				if tried++; s.In(at) != open {
					t.Errorf("%s: at %s (%s) the peer says open: %v", want.Schedule, text, want.Timezone, open)
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d times", tried)
	}
}

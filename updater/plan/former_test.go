package plan

import (
	"context"
	"strings"
	"testing"

	"github.com/currant-bot/currant/config"
)

func TestEmojis(t *testing.T) {
	for text, want := range map[string]string{``: "📅 **Schedule**", `{"unicodeEmoji": true}`: "📅 **Schedule**", `{"unicodeEmoji": false}`: ":date: **Schedule**"} {
		w := world(t, "")
		c, _, err := config.Resolve(context.Background(), config.Input{Files: func(string) ([]byte, bool) { return nil, false }, Global: []byte(text), Schemes: w.Schemes})
		if err != nil {
			t.Fatal(err)
		}
		w.Config = c
		bs, err := Group(w, decide(t, w, map[string]Listing{"x": answer(releases("1.0.0", "1.1.0")...)}, npm("x", "1.0.0")))
		if err != nil {
			t.Fatal(err)
		}
		body := Body(w, bs[0], nil)
		if !strings.Contains(body, want) || strings.Contains(want, ":") && strings.ContainsAny(body, "📅🚦♻🔕") {
			t.Errorf("%s: %q is wanted in\n%s", text, want, body)
		}
	}
}

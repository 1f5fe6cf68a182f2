package main

import (
	"strings"

	"github.com/currant-bot/currant/config"
)

// nearOf lists the rules that would have applied but for one matcher.
func nearOf(s config.Settings) []ruleJSON {
	out := []ruleJSON{}
	for _, n := range s.Near() {
		missed := n.Matcher
		if len(n.Wants) > 0 {
			missed += " " + strings.Join(n.Wants[:min(5, len(n.Wants))], ", ")
		}
		if len(n.Has) > 0 && n.Has[0] != "" {
			missed += " (here it is " + strings.Join(n.Has, ", ") + ")"
		}
		out = append(out, ruleJSON{originOf(n.Origin), n.Text, n.Options, missed})
	}
	return out
}

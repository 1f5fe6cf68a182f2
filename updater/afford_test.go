package updater_test

import (
	"strings"
	"testing"

	"github.com/currant-bot/currant/updater/platform"
)

// TestAfford checks that where requests run short a merge is still made, what can wait says why it waits, and the end is the same.
func TestAfford(t *testing.T) {
	plain := newWorld(t, files)
	plain.clean()
	plain.green()
	plain.tags["postgres"] = append(plain.tags["postgres"], "15.5")
	plain.clean()

	w := newWorld(t, files)
	p, stop := w.passer()
	defer stop()
	means := platform.Nothing
	p.Afford = func(string) (platform.Means, string) { return means, "GitHub allows no more" }
	r, effects, err := p.Pass(t.Context(), shop)
	w.must(err)
	if r.Skipped != "put off to the next pass: GitHub allows no more" || r.Postponed == "" || len(effects) > 0 || len(w.Server.Log()) > 0 {
		t.Errorf("%q, %d effects, %d requests", r.Skipped, len(effects), len(w.Server.Log()))
	}
	means = platform.Urgent
	r, effects, err = p.Pass(t.Context(), shop)
	w.must(err)
	if r.Postponed == "" || len(effects) > 0 || len(r.Outcomes) == 0 {
		t.Fatalf("postponed %q, %d effects", r.Postponed, len(effects))
	}
	for _, o := range r.Outcomes {
		if last := o.Reasons[len(o.Reasons)-1].String(); last != "it is put off to the next pass: GitHub allows no more" {
			t.Errorf("%s: %s", o.Branch, last)
		}
	}
	if writes := w.Writes(); len(writes) > 0 {
		t.Errorf("written: %v", writes)
	}
	w.clean() // an hour later
	w.green()
	w.tags["postgres"] = append(w.tags["postgres"], "15.5")
	p, stop = w.passer()
	defer stop()
	p.Afford = func(string) (platform.Means, string) { return platform.Urgent, "GitHub allows no more" }
	w.ResetLog()
	r, _, err = p.Pass(t.Context(), shop)
	w.must(err)
	kinds := make(map[string]int)
	for _, e := range w.Writes() {
		kinds[e.Op]++
	}
	if kinds["pulls/merge"] != 1 || kinds["pulls/create"]+kinds["pulls/update"] > 0 || r.Postponed == "" {
		t.Errorf("written: %v, postponed %q", kinds, r.Postponed)
	}
	w.clean()
	if got, want := ends(w.end()), ends(plain.end()); got != want {
		t.Errorf("it ends as\n%s\nand not as\n%s", got, want)
	}
}

// ends is what an end says of pull requests and of what is merged. Where the other branches stand depends on when that was.
func ends(e end) string {
	var out []string
	for _, p := range e.Pulls {
		out = append(out, p.Branch+" "+p.State)
	}
	return strings.Join(append(out, e.Branches["main"]), "\n")
}

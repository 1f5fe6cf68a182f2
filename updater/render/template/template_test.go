package template

import (
	"fmt"
	"strings"
	"testing"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/audit"
)

func TestNotesShowVerdictsBadOnesFirst(t *testing.T) {
	all := strings.Join(notes(templating.Outcome{Audit: []audit.Verdict{
		{Path: "a|b", Kind: audit.OK, Text: "stays deleted"},
		{Path: "c", Kind: audit.Conflict, Text: "shown elsewhere"},
		{Path: "d", Kind: audit.LostEdit, Text: "the template moved <x>\nhere"},
	}}), "\n")
	const want = "| `d` | ⚠️ lost edit | the template moved &lt;x&gt; here |\n| `a\\|b` | ok | stays deleted |\n"
	if !strings.Contains(all, want) || strings.Contains(all, "elsewhere") {
		t.Errorf("notes are\n%s\nwant in them\n%s", all, want)
	}
}

func TestNotesStayWithinBounds(t *testing.T) {
	var many []audit.Verdict
	for i := range 70 {
		many = append(many, audit.Verdict{Path: fmt.Sprint("f", i), Kind: audit.OK})
	}
	text := verdicts(many)
	if n := strings.Count(text, "| `f"); n != maxVerdicts || !strings.Contains(text, "20 more files") || strings.Contains(text, "⚠️") {
		t.Errorf("%d rows in\n%s", n, text)
	}
	if verdicts(nil) != "" {
		t.Error("a clean update has a table")
	}
}

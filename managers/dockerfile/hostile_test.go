package dockerfile_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/dockerfile"
)

// TestHostile checks that reading takes a bounded time whatever the file is.
func TestHostile(t *testing.T) {
	empty := "ARG A0=\n"
	double := "ARG A0=x\n"
	for i := 1; i < 20; i++ {
		empty += fmt.Sprintf("ARG A%d=%s\n", i, strings.Repeat(fmt.Sprintf("$A%d", i-1), 100))
		double += fmt.Sprintf("ARG A%d=$A%d$A%d\n", i, i-1, i-1)
	}
	for name, text := range map[string]string{
		"empty variables":   empty + "FROM $A19\n",
		"doubled variables": double + "FROM $A19\n",
		"open braces":       "FROM " + strings.Repeat("${A:-", 100000),
		"open heredocs":     strings.Repeat("RUN <<A\n", 30000),
		"many heredocs":     "RUN " + strings.Repeat("<<A ", 30000) + "\nx\n",
		"one line":          "RUN apt install" + strings.Repeat(" a", 25000),
		"many stages":       strings.Repeat("FROM a:1 AS b\n", 10000),
		"continued":         "RUN " + strings.Repeat("\\\n", 250000),
		"too big":           strings.Repeat("FROM a:1\n", 1_000_000),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			r := dockerfile.Manager.Extract(managers.File{Path: "Dockerfile", Text: text})
			if took := time.Since(start); took > time.Minute {
				t.Errorf("took %v for %d bytes", took, len(text))
			}
			if len(text) > 1_000_000 && len(r.Problems) != 1 {
				t.Errorf("got problems %v, want one about the size", r.Problems)
			}
		})
	}
}

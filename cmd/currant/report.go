package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/act"
	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform/github/quota"
)

// A runReport is what reportType asks for: what a run found and did, with Renovate's names.
type runReport struct {
	Problems     []problemJSON              `json:"problems"`
	Repositories map[string]*repositoryJSON `json:"repositories"`
	Limits       []quota.Usage              `json:"limits,omitempty"` // what was used of the platform's
}

type problemJSON struct {
	Level string `json:"level"`
	Text  string `json:"msg"`
}

type repositoryJSON struct {
	Problems     []problemJSON                `json:"problems"`
	Branches     []reportedBranch             `json:"branches"`
	PackageFiles map[string][]packageFileJSON `json:"packageFiles"`
	Skipped      string                       `json:"skipped,omitempty"`   // why it was not looked at
	Postponed    string                       `json:"postponed,omitempty"` // why not all was done
}

type reportedBranch struct {
	Name     string        `json:"branchName"`
	Base     string        `json:"baseBranch,omitempty"`
	Number   *int          `json:"prNo"`
	Title    string        `json:"prTitle"`
	Result   string        `json:"result"`
	Reasons  []string      `json:"reasons"`
	Upgrades []upgradeJSON `json:"upgrades"`
}

type upgradeJSON struct {
	dependency
	UpdateType     string  `json:"updateType"`
	CurrentVersion *string `json:"currentVersion"`
	NewValue       *string `json:"newValue"`
	NewVersion     *string `json:"newVersion"`
	NewDigest      *string `json:"newDigest"`
}

type packageFileJSON struct {
	Path string       `json:"packageFile"`
	Deps []dependency `json:"deps"`
}

func newRunReport() *runReport {
	return &runReport{Problems: []problemJSON{}, Repositories: make(map[string]*repositoryJSON)}
}

// add puts what came of a repository into the report; r may be nil.
func (x *runReport) add(name string, r *updater.Report, effects []act.Effect, err error) {
	out := &repositoryJSON{Problems: []problemJSON{}, Branches: []reportedBranch{}, PackageFiles: make(map[string][]packageFileJSON)}
	x.Repositories[name] = out
	if err != nil {
		out.Problems = append(out.Problems, problemJSON{"error", err.Error()})
	}
	if r == nil {
		return
	}
	out.Skipped, out.Postponed = r.Skipped, r.Postponed
	for _, d := range r.Diagnostics {
		level := "warn"
		switch d.Severity {
		case config.Error:
			level = "error"
		case config.Migration:
			continue
		}
		out.Problems = append(out.Problems, problemJSON{level, d.String()})
	}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, problemJSON{"warn", p.String()})
	}
	at := make(map[string]int)
	for _, f := range r.Found {
		list, key := out.PackageFiles[f.Manager], f.Manager+"\x00"+f.File()
		i, ok := at[key]
		if !ok {
			i = len(list)
			at[key] = i
			list = append(list, packageFileJSON{Path: f.File()})
		}
		list[i].Deps = append(list[i].Deps, dependencyOf(f))
		out.PackageFiles[f.Manager] = list
	}
	members := make(map[string]plan.Rendered)
	for _, b := range r.Branches {
		members[b.Name] = b
	}
	for _, o := range r.Outcomes {
		if b, ok := members[o.Branch]; ok {
			out.Branches = append(out.Branches, reportedOf(o, b, effects))
		}
	}
}

func reportedOf(o plan.Outcome, b plan.Rendered, effects []act.Effect) reportedBranch {
	out := reportedBranch{Name: o.Branch, Base: b.Base, Title: b.Title, Result: string(o.Result), Reasons: []string{}, Upgrades: []upgradeJSON{}}
	if o.Number > 0 {
		out.Number = &o.Number
	}
	for _, e := range effects {
		if e.Action.Branch == o.Branch && e.Number > 0 {
			out.Number = &e.Number
		}
	}
	for _, r := range o.Reasons {
		out.Reasons = append(out.Reasons, r.String())
	}
	for _, m := range b.Members {
		out.Upgrades = append(out.Upgrades, upgradeJSON{
			dependency: dependencyOf(m.Decision.Found), UpdateType: m.Update.Type, CurrentVersion: orNull(m.Decision.Current),
			NewValue: orNull(m.Update.Value), NewVersion: orNull(m.Update.Version), NewDigest: orNull(m.Update.Digest),
		})
	}
	return out
}

// write writes the report where the operator's configuration says.
func (x *runReport) write(stdout io.Writer, top config.Settings) error {
	kind := top.String("reportType")
	if kind == "" {
		return nil
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	if top.Bool("reportFormatting") {
		enc.SetIndent("", "  ")
	}
	if err := enc.Encode(x); err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	switch path := top.String("reportPath"); {
	case kind == "logging":
		_, err := stdout.Write(text.Bytes())
		return err
	case kind != "file":
		return fmt.Errorf("reportType %s (%s): there are file and logging", kind, top.Origin("reportType"))
	case path == "":
		return fmt.Errorf("reportType file (%s) needs reportPath", top.Origin("reportType"))
	default:
		return os.WriteFile(path, text.Bytes(), 0o644)
	}
}

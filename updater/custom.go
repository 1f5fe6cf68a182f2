package updater

import (
	"fmt"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/config/jsonata"
	sources "github.com/currant-bot/currant/datasources/custom"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/custom"
	"github.com/currant-bot/currant/templating/text"
	"github.com/currant-bot/currant/updater/extract"
	"github.com/currant-bot/currant/updater/plan"
)

// customTools are the languages that configuration defines managers in.
var customTools = custom.Tools{
	Render: text.Render,
	Query: func(expression string) (func(any) (any, error), error) {
		q, err := jsonata.Compile(expression)
		return func(input any) (any, error) { return q.Evaluate(input, nil) }, err
	},
}

// customManagers returns the managers that a configuration defines, one of
// each kind, with the files that they read. What is wrong with a definition is a problem.
func customManagers(c *config.Config) ([]extract.Offer, []managers.Problem) {
	var defs []custom.Definition
	for _, d := range c.Custom() {
		defs = append(defs, custom.Definition{Origin: d.Origin.String(), Fields: d.Fields, Match: d.Match})
	}
	var offers []extract.Offer
	var problems []managers.Problem
	for _, kind := range custom.Kinds {
		m, errs := custom.Manager(kind, defs, customTools)
		for _, err := range errs {
			problems = append(problems, managers.Problem{Path: c.File(), Text: fmt.Sprintf("a custom manager is left out: %v", err)})
		}
		if _, on := c.Enabled(kind); m == nil || !on {
			continue
		}
		offers = append(offers, extract.Offer{Manager: m, Match: func(path string) bool {
			_, ignored := c.IgnoresFor(kind, path)
			return !ignored && custom.Matches(kind, defs, path)
		}})
	}
	return offers, problems
}

// customSources adds the datasources that the configuration of w defines.
func customSources(w *plan.World) {
	defined := w.Config.Top().Object("customDatasources")
	source := w.Sources["custom"]
	if len(defined) == 0 || source == nil {
		return
	}
	find := func(datasource string) (map[string]any, bool) {
		d, ok := defined[strings.TrimPrefix(datasource, "custom.")].(map[string]any)
		return d, ok && strings.HasPrefix(datasource, "custom.")
	}
	for name := range defined {
		w.Sources["custom."+name] = source
	}
	others := w.Defaults
	w.Defaults = func(datasource, pkg string) []string {
		d, ok := find(datasource)
		if !ok {
			return others(datasource, pkg)
		}
		template, _ := d["defaultRegistryUrlTemplate"].(string)
		if url := filled(template, pkg); url != "" {
			return []string{url}
		}
		return nil
	}
	w.Recipe = func(datasource, pkg string) string {
		d, _ := find(datasource)
		format, _ := d["format"].(string)
		r := sources.Recipe{Format: format}
		list, _ := d["transformTemplates"].([]any)
		for _, item := range list {
			if s, ok := item.(string); ok {
				r.Transforms = append(r.Transforms, filled(s, pkg))
			}
		}
		return r.String()
	}
}

// filled fills a template of a custom datasource; one that cannot be filled is
// left as it is, and says so where it is used.
func filled(template, pkg string) string {
	out, err := text.Render(template, map[string]any{"packageName": pkg})
	if err != nil {
		return template
	}
	return out
}

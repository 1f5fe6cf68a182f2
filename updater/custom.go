package updater

import (
	"fmt"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/config/jsonata"
	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/custom"
	"github.com/currant-bot/currant/templating/text"
	"github.com/currant-bot/currant/updater/extract"
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

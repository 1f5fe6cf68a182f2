package templating

import (
	"encoding/json"
	"errors"
	"path"
	"strings"
)

// An Engine is a program that makes projects from templates.
type Engine string

const (
	Copier       Engine = "copier"
	Cruft        Engine = "cruft"        // cookiecutter, with updates
	Cookiecutter Engine = "cookiecutter" // which has none
)

// engineOf says what the name of a file suggests; "" for nothing.
func engineOf(p string) Engine {
	switch name := strings.ToLower(path.Base(p)); {
	case name == ".cruft.json":
		return Cruft
	case strings.Contains(name, "cookiecutter") && strings.HasSuffix(name, ".json") && name != "cookiecutter.json": // that is a template's own
		return Cookiecutter
	case (strings.Contains(name, "answers") || strings.Contains(name, "copier")) && (strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")):
		return Copier
	}
	return ""
}

// readLink reads what a file says of the template, as its engine writes it.
func readLink(e Engine, text string) (Link, error) {
	if len(text) > maxAnswers {
		return Link{}, errors.New("it is too long")
	}
	switch e {
	case Copier:
		return ReadLink(text)
	case Cruft:
		var c struct{ Template, Commit, Checkout string }
		if err := json.Unmarshal([]byte(text), &c); err != nil {
			return Link{}, errors.New("it is no JSON of cruft's")
		}
		return Link{Source: c.Template, Commit: c.Commit, Checkout: c.Checkout}, nil
	}
	type context struct {
		Template string `json:"_template"`
		Commit   string `json:"_commit"`
		Checkout string `json:"_checkout"`
	}
	var c struct {
		context
		Cookiecutter context
	}
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return Link{}, errors.New("it is no JSON of cookiecutter's")
	}
	if c.Template == "" {
		c.context = c.Cookiecutter
	}
	l := Link{Source: c.Template, Commit: c.Commit, Checkout: c.Checkout}
	if l.Commit == "" {
		l.Commit = c.Checkout
	}
	return l, nil
}

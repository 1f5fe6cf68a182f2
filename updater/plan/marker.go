package plan

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
)

// A Marker is what Currant notes in the body of its pull requests, invisible
// to readers: what it wrote last, so that what people changed is theirs.
type Marker struct {
	Version int      `json:"v"`
	Kind    string   `json:"kind,omitempty"`    // "" for a pull request
	Title   string   `json:"title"`             // hash of the title that Currant gave
	Body    string   `json:"body"`              // hash of the body without the marker
	Base    string   `json:"base,omitempty"`    // hash of the branch that it is to be merged into
	Updates string   `json:"updates"`           // hash of the members and their new values
	Labels  bool     `json:"labels,omitempty"`  // they were added once more
	Gave    []string `json:"gave,omitempty"`    // the labels that Currant gave; nil if that is not known
	Mends   bool     `json:"mends,omitempty"`   // it mends weaknesses
	People  bool     `json:"people,omitempty"`  // they were asked once more, or because checks failed
	Told    bool     `json:"told,omitempty"`    // automergeComment was written
	Granted bool     `json:"granted,omitempty"` // a person approved of it on the dashboard
	Renamed bool     `json:"renamed,omitempty"` // a person gave it another title while it was open
	Marks   []string `json:"marks,omitempty"`   // labels of its mark
	Drafted bool     `json:"drafted,omitempty"` // its mark made it a draft
	Edited  bool     `json:"edited,omitempty"`  // it was labelled as somebody else's
	Members []string `json:"members,omitempty"` // keys of the members; nil if they are too many

	Template *TemplateMark `json:"template,omitempty"` // nil if it is no template's update
}

// A TemplateMark says what a template's update is, so that all runs tell the same of a rollout.
type TemplateMark struct {
	Source  string `json:"source"` // the template's identity, such as "git.example.test/acme/base"
	Version string `json:"version"`
	Grade   string `json:"grade,omitempty"`  // how it came out, in a word
	Halted  bool   `json:"halted,omitempty"` // it is held because its rollout was stopped
}

// TemplateOf returns the template and version that b updates to; nil if it updates something else.
func (b Branch) TemplateOf() *TemplateMark {
	if len(b.Members) != 1 || b.Members[0].Decision.Dep.Kind != managers.Template {
		return nil
	}
	return &TemplateMark{Source: TemplateID(b.Members[0].Decision.Package), Version: b.Members[0].Update.Value}
}

// TemplateID names a template by its address, without what says nothing of which one it is.
func TemplateID(address string) string {
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		rest = address
	}
	host, path, _ := strings.Cut(strings.TrimSuffix(strings.TrimRight(rest, "/"), ".git"), "/")
	return strings.ToLower(host) + "/" + path
}

var markerForm = regexp.MustCompile(`(?s)\n?<!--currant:([A-Za-z0-9+/=]+)-->`)

// Hash shortens a text for markers and keys.
func Hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// maxMembers bounds what the members take in a marker, in bytes.
const maxMembers = 4000

// Sign adds the marker of b to its body.
func Sign(b Branch, title, body string) string { return sign(b.marker(title, body), body) }

func (b Branch) marker(title, body string) Marker {
	m := Marker{Version: 1, Title: Hash(title), Body: Hash(body), Base: Hash(b.Base), Updates: b.Fingerprint(), Mends: b.Security, Gave: b.Labels, Template: b.TemplateOf()}
	size := 0
	for _, x := range b.Members {
		m.Members = append(m.Members, x.Key())
		size += len(x.Key())
	}
	if size > maxMembers {
		m.Members = nil
	}
	return m
}

// marker is the branch's, with how it came out.
func (b Rendered) marker(title, body string) Marker {
	m := b.Branch.marker(title, body)
	if m.Template != nil {
		m.Template.Grade = b.Mark.Grade
	}
	return m
}

func sign(m Marker, body string) string {
	data, err := json.Marshal(m)
	if err != nil {
		return body // strings always marshal
	}
	return body + "\n<!--currant:" + base64.StdEncoding.EncodeToString(data) + "-->"
}

// Fingerprint identifies what b changes: its members and their new values.
func (b Branch) Fingerprint() string {
	var out []string
	for _, m := range b.Members {
		line := m.Key() + "|" + m.Update.Value + "|" + m.Update.Digest
		if m.Update.LockOnly {
			line += "|" + m.Update.Version
		}
		out = append(out, line)
	}
	slices.Sort(out)
	return Hash(strings.Join(out, "\n") + b.Content)
}

// Work names all that the files of b are made from, besides the commit that it begins at.
func (b Branch) Work() string {
	h := []string{b.Fingerprint()}
	for _, m := range b.Members {
		s := m.Update.Settings
		h = append(h, fmt.Sprint(s.String("bumpVersion"), s.Strings("goGetDirs"), s.Value("skipInstalls"), s.Object("toolSettings"), s.Object("templates"), s.Object("templateTrust")))
	}
	return Hash(strings.Join(h, "\n") + fmt.Sprintf("\n%+v\n%+v", b.Bumps, b.Tasks))
}

// ReadMarker returns the marker in a body; ok is false if there is none. Of several the
// last counts: Currant writes it at the end, below whatever text from elsewhere the body holds.
func ReadMarker(body string) (m Marker, ok bool) {
	all := markerForm.FindAllStringSubmatch(body, -1)
	if all == nil {
		return m, false
	}
	data, err := base64.StdEncoding.DecodeString(all[len(all)-1][1])
	if err != nil || json.Unmarshal(data, &m) != nil || m.Version != 1 {
		return Marker{}, false
	}
	return m, true
}

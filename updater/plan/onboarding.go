package plan

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// A Newcomer is a repository before it is known whether it has to be configured first.
type Newcomer struct {
	Settings   config.Settings // of the operator and the organisation, if there is no file
	File       string          // its configuration; "" if it has none
	Repository platform.Repository
	Discovered bool // nobody named it
}

// A Start says how work on a repository begins.
type Start string

const (
	Work    Start = "work"    // at once: it is configured, or needs no configuration
	Propose Start = "propose" // by proposing a configuration
	Leave   Start = "leave"   // not at all
)

// Start decides by requireConfig and onboarding. Propose still depends on what became of an earlier proposal.
func (n Newcomer) Start() (Start, Reason) {
	s := n.Settings
	switch {
	case n.File != "", s.String("requireConfig") == "ignored", s.String("mode") == "silent", n.Repository.BranchesOnly:
		return Work, Reason{}
	case n.onboards():
		return Propose, Reason{}
	case s.String("requireConfig") == "optional":
		return Work, Reason{}
	case s.Has("onboarding"):
		return Leave, reason(CodeDisabled, s.Origin("requireConfig"), "it has no configuration, and requireConfig wants one: add %s", fileName(s))
	}
	return Leave, reason(CodeDisabled, config.Origin{}, "it has no configuration, and nobody named it: add %s, name the repository, or let the operator set onboarding", fileName(s))
}

// onboards reports whether a configuration may be proposed: as long as nobody says, where a person named the repository, or
// said that those that are discovered are meant too.
func (n Newcomer) onboards() bool {
	if n.Settings.Has("onboarding") {
		return n.Settings.Bool("onboarding")
	}
	return !n.Discovered || n.Settings.Bool("autodiscover")
}

// Bare reports whether a configuration is proposed although no dependency was found.
func (n Newcomer) Bare() bool {
	switch n.Settings.String("onboardingNoDeps") {
	case "enabled":
		return true
	case "disabled":
		return false
	}
	return !n.Discovered
}

// An Onboarding is the proposal of a configuration.
type Onboarding struct {
	Settings config.Settings // of the operator and the organisation
	File     string          // that it adds
	Text     string          // of the file; what a person made of it stands on the branch
	Pulls    []platform.Pull // from its branch, newest first
	Edited   string          // who else has committed to its branch; "" for nobody

	Expected []Branch // what would be proposed
	Found    []Found
	Problems []string
	Off      string // why nothing would be proposed whatever is found; "" if it would
}

// OnboardingBranch is the branch that a configuration is proposed on.
func OnboardingBranch(s config.Settings) string {
	return cmp.Or(cleanRef(s.String("onboardingBranch")), "renovate/configure")
}

// OnboardingFile is the file that is proposed. A name that is none of a configuration, or package.json, is replaced by the usual one.
func OnboardingFile(s config.Settings) string {
	name := s.String("onboardingConfigFileName")
	if name != "package.json" && (slices.Contains(config.FileNames(), name) || slices.Contains(s.Strings("configFileNames"), name)) {
		return name
	}
	return "renovate.json"
}

func fileName(s config.Settings) string { return OnboardingFile(s) }

// Open returns the pull request; nil if there is none that is open.
func (o Onboarding) Open() *platform.Pull { return o.pull(platform.Open) }

// Merged returns the pull request that was merged last; nil if there is none.
func (o Onboarding) Merged() *platform.Pull { return o.pull(platform.Merged) }

func (o Onboarding) pull(state platform.PullState) *platform.Pull {
	if i := slices.IndexFunc(o.Pulls, func(p platform.Pull) bool { return p.State == state }); i >= 0 {
		return &o.Pulls[i]
	}
	return nil
}

// Declined returns the pull request by whose closing a person said no; nil if nobody did. One that was given another title after it was
// closed does not count, as with Renovate: so people ask for another one.
func (o Onboarding) Declined() *platform.Pull {
	if o.Open() != nil {
		return nil
	}
	for i, p := range o.Pulls {
		m, _ := ReadMarker(p.Body)
		if p.State == platform.Closed && (m.Renamed || plainTitle(p.Title) == plainTitle(o.Settings.String("onboardingPrTitle"))) {
			return &o.Pulls[i]
		}
	}
	return nil
}

var titlePrefix = regexp.MustCompile(`^[\w-]+(\([^)]*\))?!?: `)

// plainTitle is a title without the prefix of semantic commits, which come and go with a repository's history, and without case.
func plainTitle(title string) string {
	return strings.ToLower(titlePrefix.ReplaceAllString(strings.TrimSpace(title), ""))
}

// Farewell says on a pull request that a person closed what that means, once.
func (o Onboarding) Farewell(p platform.Pull) Outcome {
	out := Outcome{Branch: p.Branch, Title: p.Title, Number: p.Number}
	out.Actions = say(p, "Currant leaves this repository alone from now on, because this PR was closed. "+
		"If that is not what you want: add "+code(o.File)+" to the default branch, or give this closed PR another title to get a new one.")
	return out.end(Declined, reason(CodeClosed, config.Origin{}, "its configuration was proposed in #%d, which was closed without being merged", p.Number))
}

// say says something on a pull request of ours, and then notes that; nil if it was said, or the pull request is another bot's.
func say(p platform.Pull, text string) []Action {
	m, ours := ReadMarker(p.Body)
	if !ours || m.Told {
		return nil
	}
	m.Told = true
	body := sign(m, unsigned(p.Body))
	return []Action{
		{Branch: p.Branch, Edit: &platform.Edit{Number: p.Number, Was: p.Title, Comment: text}},
		{Branch: p.Branch, Edit: &platform.Edit{Number: p.Number, Was: p.Title, Body: &body}},
	}
}

// unsigned is a body without our marker.
func unsigned(body string) string {
	all := markerForm.FindAllStringIndex(body, -1)
	if all == nil {
		return body
	}
	last := all[len(all)-1]
	return body[:last[0]] + body[last[1]:]
}

// Expires returns when the pull request is given up; zero for never.
func (o Onboarding) Expires(p platform.Pull) time.Time {
	if days := o.Settings.Int("onboardingAutoCloseAge"); o.Settings.Has("onboardingAutoCloseAge") && !p.Created.IsZero() {
		return p.Created.Add(time.Duration(days) * 24 * time.Hour)
	}
	return time.Time{}
}

// GiveUp closes a pull request that nobody took up in time. It keeps its title: as if a person had closed it.
func (o Onboarding) GiveUp(p platform.Pull, head string) Outcome {
	out := Outcome{Branch: p.Branch, Title: p.Title, Number: p.Number}
	c := platform.Closing{Number: p.Number}
	text := fmt.Sprintf("Currant closes this PR, because it was open for more than %d days, and leaves this repository alone. "+
		"To begin after all, add %s to the default branch, or give this closed PR another title to get a new one.", o.Settings.Int("onboardingAutoCloseAge"), code(o.File))
	if say := say(p, text); say != nil {
		out.Actions = say
	} else if _, ours := ReadMarker(p.Body); !ours {
		c.Comment = text
	}
	if head != "" && o.Edited == "" {
		c.Branch, c.Head = p.Branch, head
	}
	out.Actions = append(out.Actions, Action{Branch: p.Branch, Close: &c})
	return out.end(Remove, reason(CodeClosed, o.Settings.Origin("onboardingAutoCloseAge"), "nobody merged it within %d days (onboardingAutoCloseAge)", o.Settings.Int("onboardingAutoCloseAge")))
}

// Rendered returns the branch, for [Reconcile]. w is what would be worked with if it were merged.
func (o Onboarding) Rendered(w World, baseHead, blob string) Rendered {
	s := w.Config.Top()
	b := Branch{
		Name: OnboardingBranch(o.Settings), Base: w.Base, State: Ready, Free: true, Shared: true, Settings: s,
		Content: Hash(o.File + "\x00" + o.Text), Labels: slices.Concat(s.Strings("labels"), s.Strings("addLabels")),
		Making: config.Window{Open: true, Always: true}, Merging: config.Window{Open: true, Always: true},
		Reasons: []Reason{reason(CodeAutomerge, config.Origin{}, "a person merges it: work on the repository begins with that")},
	}
	o.write(w, &b)
	out := Rendered{Branch: b, BaseHead: baseHead, Changes: platform.Changeset{o.File: {Text: o.Text}}, Blobs: map[string]string{o.File: blob}}
	out.body = cut(o.body(w, b), maxBody)
	out.people = people(w, b, []string{o.File})
	return out
}

// write fills title and message of b. A text that cannot be filled stands as it is.
func (o Onboarding) write(w World, b *Branch) {
	f := map[string]any{"gitAuthor": b.Settings.String("gitAuthor"), "baseBranch": w.Base}
	b.Title = o.Settings.String("onboardingPrTitle")
	b.Message = cmp.Or(o.Settings.String("onboardingCommitMessage"), "Add "+o.File)
	prefix, semantic := o.prefix(w)
	if prefix != "" {
		b.Message = prefix + " " + strings.ToLower(b.Message[:1]) + b.Message[1:]
	}
	if semantic { // the title has no scope
		b.Title = o.Settings.String("semanticCommitType") + ": " + b.Title
	}
	if body := strings.TrimSpace(filled(b.Settings.String("commitBody"), f)); body != "" {
		b.Message += "\n\n" + body
	}
	_ = b.trailers(f) // of one that cannot be filled the repository's own pull requests tell
}

// prefix is that of the commit, with its colon, and whether it is that of a semantic commit.
func (o Onboarding) prefix(w World) (prefix string, semantic bool) {
	s := w.Config.Top()
	if p := s.String("commitMessagePrefix"); p != "" {
		return strings.TrimSuffix(strings.TrimSpace(p), ":") + ":", false
	}
	if v := s.String("semanticCommits"); v == "enabled" || v != "disabled" && w.Semantic {
		prefix = s.String("semanticCommitType")
		if scope := s.String("semanticCommitScope"); scope != "" {
			prefix += "(" + scope + ")"
		}
		return prefix + ":", true
	}
	return "", false
}

// filled is a text of the configuration that is about the whole repository.
func filled(template string, f map[string]any) string {
	if !strings.Contains(template, "{{") {
		return template
	}
	out, err := render(template, f)
	if err != nil {
		return template
	}
	return out
}

// retext keeps the text of a pull request up to date although people committed to its branch.
func (r *reconciler) retext(o Outcome, b Rendered, open platform.Pull, who string) Outcome {
	why := reason(CodeEdited, config.Origin{}, "%s committed to the branch: only its text is kept up to date", who)
	if e, ok := r.edit(b, open, false); ok {
		o.Actions = append(o.Actions, Action{Branch: b.Name, Edit: &e})
		return o.end(Edit, why)
	}
	return o.end(Hands, why)
}

package plan

import (
	"cmp"
	"crypto/sha512"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/currant-bot/currant/config"
)

// A Member is one update of one dependency, as part of a branch.
type Member struct {
	Decision *Decision
	Update   Update
	Shared   string // the variable that others read the same version from, so that they change together; "" for none
}

// Key names the change that m makes, for markers and messages.
func (m Member) Key() string {
	return strings.Join([]string{m.Decision.Manager, m.Decision.Path, m.Decision.Dep.Name}, "|")
}

// A Branch is the updates that share a pull request.
type Branch struct {
	Name      string // the same from run to run
	Base      string // the branch that it is to be merged into
	Title     string // of the pull request
	Message   string // of the commit
	Members   []Member
	Group     string // groupName; "" for none
	State     Readiness
	Automerge bool
	Security  bool // it mends weaknesses: no limit holds it back
	Labels    []string
	Settings  config.Settings // of its first member
	Reasons   []Reason
	Making    config.Window // when it may be made
	Merging   config.Window // when it may merge by itself
	Until     time.Time     // when one of them opens or closes; zero for never
	Free      bool          // no limit, schedule or approval holds it back
	Mixed     bool          // it is a group that goes to several versions, so that its title names none
	Shared    bool          // people are expected to commit to it, and its text is kept up to date all the same
	Content   string        // what it changes, of one without members
	Wish      Wish          // what a person asked for on the dashboard; "" for nothing
	Bumps     []Bump        // versions that it raises along with its members
	Gate      *Gate         // what the rollout of its release says; nil for none
	Tasks     []Task        // what is run once its files were changed
}

// Group collects decisions into branches, sorted in the order in which they
// are to be made. Names and titles are Renovate's, so that its live pull requests can be taken over.
func Group(w World, ds []Decision) ([]Branch, error) {
	byName := make(map[string]*Branch)
	var order []string
	shared := variables(ds)
	for i := range ds {
		for _, u := range ds[i].Updates {
			m := Member{&ds[i], u, shared[place(ds[i])]}
			name, err := branchName(w, m)
			if err != nil {
				return nil, fmt.Errorf("naming the branch for %s: %w", ds[i].Dep.Name, err)
			}
			if byName[name] == nil {
				byName[name] = &Branch{Name: name, Base: w.Base}
				order = append(order, name)
			}
			byName[name].Members = append(byName[name].Members, m)
		}
	}
	var out []Branch
	for _, name := range order {
		b := byName[name]
		if err := b.complete(w); err != nil {
			return nil, fmt.Errorf("branch %s: %w", name, err)
		}
		out = append(out, *b)
	}
	slices.SortStableFunc(out, func(a, b Branch) int {
		return cmp.Or(
			cmp.Compare(b2i(b.Security), b2i(a.Security)),
			cmp.Compare(priority(b), priority(a)),
			cmp.Compare(typeRank(a.Members[0].Update.Type), typeRank(b.Members[0].Update.Type)),
			cmp.Compare(a.Title, b.Title), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}

// Tooled reports whether b's changes are made by a tool, which is slow and may ask registries.
func (b Branch) Tooled() bool {
	return slices.ContainsFunc(b.Tasks, Task.Runs) || slices.ContainsFunc(b.Members, func(m Member) bool { return m.Decision.Dep.Render != "" || len(m.Locks()) > 0 })
}

// Renews reports whether b does nothing but make lock files anew.
func (b Branch) Renews() bool {
	return !slices.ContainsFunc(b.Members, func(m Member) bool { return !m.Update.Renews() })
}

// A spot is where a version is written.
type spot struct {
	file  string
	start int
}

func place(d Decision) spot {
	f := d.Dep.Value
	if f.Path == "" {
		f.Path = d.File()
	}
	return spot{f.Path, f.Start}
}

// variables names the places from which several dependencies read their version: they can only change together,
// as the peer's sharedVariableName has it. Where a manager knows the variable, its name counts,
// else the first dependency's.
func variables(ds []Decision) map[spot]string {
	users := make(map[spot]string)
	out := make(map[spot]string)
	for _, d := range ds {
		at := place(d)
		switch name := d.Dep.Name; {
		case d.Dep.Value.Text == "" || d.Dep.Skip != "":
		case d.Dep.Shared != "":
			out[at] = d.Dep.Shared
		case users[at] == "":
			users[at] = name
		case users[at] != name:
			users[at] = min(users[at], name)
			out[at] = users[at]
		}
	}
	return out
}

// early reports whether an update has not come of age.
func (b Branch) early() bool {
	return slices.ContainsFunc(b.Members, func(m Member) bool { return m.Update.Early })
}

func priority(b Branch) int {
	best := b.Members[0].Update.Settings.Int("prPriority")
	for _, m := range b.Members[1:] {
		best = max(best, m.Update.Settings.Int("prPriority"))
	}
	return best
}

// complete fills what follows from a branch's members.
func (b *Branch) complete(w World) error {
	b.settleState()
	slices.SortStableFunc(b.Members, func(x, y Member) int {
		return cmp.Or(cmp.Compare(x.Decision.Dep.Name, y.Decision.Dep.Name), cmp.Compare(x.Decision.Path, y.Decision.Path))
	})
	first := b.Members[0]
	b.Settings = first.Update.Settings
	b.Group = groupOf(first)
	b.Security = slices.ContainsFunc(b.Members, func(m Member) bool { return m.Update.Security })
	b.Automerge = true
	for _, m := range b.Members {
		if !m.Update.Automerge {
			b.Automerge = false
			b.Reasons = append(b.Reasons, reason(CodeAutomerge, m.Update.Settings.Origin("automerge"), "a person merges it: automerge is off for %s", m.Decision.Dep.Name))
			break
		}
	}
	if why, guarded := guard(b.Settings, b.Base); guarded && b.Automerge {
		b.Automerge = false
		b.Reasons = append(b.Reasons, why)
	}
	if b.Automerge {
		when := "when all checks are green"
		if b.untested() {
			when = "without checks: ignoreTests wants that"
		}
		b.Reasons = append(b.Reasons, reason(CodeAutomerge, first.Update.Settings.Origin("automerge"), "it may merge by itself %s", when))
		if b.Settings.String("automergeType") == "branch" {
			b.Reasons = append(b.Reasons, reason(CodeAutomerge, b.Settings.Origin("automergeType"), "automergeType branch is treated as pr: the pull request is what the checks are bound to"))
		}
	}
	b.Labels = labels(w, b.Members)
	b.schedule(w.Now)
	if err := b.write(w); err != nil {
		return err
	}
	b.Bumps, b.Tasks = b.bumps(fields(w, first)), b.tasks(w)
	return nil
}

// settleState drops members that wait, or that cannot be changed, from a branch
// in which others are ready, and takes over the state that is left. What was dropped says why in its own decision.
func (b *Branch) settleState() {
	if slices.ContainsFunc(b.Members, func(m Member) bool { return m.Update.State == Ready }) {
		b.Members = slices.DeleteFunc(b.Members, func(m Member) bool { return m.Update.State == Waiting || m.Update.State == Unsupported })
	}
	for _, s := range []Readiness{Unsupported, Approval, Waiting, Ready} {
		for _, m := range b.Members {
			if m.Update.State == s {
				b.State = s
				for _, r := range m.Update.Reasons {
					if s != Ready && r.Code != CodeAutomerge {
						b.Reasons = append(b.Reasons, r)
					}
				}
				return
			}
		}
	}
}

// maxLabel is how long GitHub lets a label be.
const maxLabel = 50

// labels are those that all members want, each a template, once.
func labels(w World, ms []Member) []string {
	var out []string
	for _, m := range ms {
		for _, option := range []string{"labels", "addLabels"} {
			for _, l := range m.Update.Settings.Strings(option) {
				if l = strings.TrimSpace(note(w, m, l)); len([]rune(l)) > maxLabel {
					l = strings.TrimSpace(string([]rune(l)[:maxLabel]))
				}
				if l != "" && !slices.Contains(out, l) {
					out = append(out, l)
				}
			}
		}
	}
	return out
}

var (
	notSlug = regexp.MustCompile(`[^\w\s$*+~.()'"!\-:@]+`)
	blanks  = regexp.MustCompile(`[-\s]+`)
	spelled = strings.NewReplacer("&", "and", "%", "percent", "$", "dollar", "<", "less", ">", "greater", "|", "or",
		"ß", "ss", "æ", "ae", "ø", "o", "œ", "oe", "đ", "d", "ð", "d", "ł", "l", "þ", "th", "ı", "i")
)

// slugify makes a groupName fit for a branch, as Renovate does: lower case, without accents, words joined
// by hyphens. Dots and some other signs stay; a slash joins what it separates.
func slugify(s string) string {
	s = norm.NFD.String(spelled.Replace(strings.ToLower(s)))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	return blanks.ReplaceAllString(strings.TrimSpace(notSlug.ReplaceAllString(s, "")), "-")
}

// sanitized is depNameSanitized: a dependency's name as part of a branch's.
func sanitized(name string) string {
	name = strings.ReplaceAll(name, "@types/", "")
	name = strings.ReplaceAll(name, "@", "")
	name = strings.NewReplacer("/", "-", ":", "-", " ", "-").Replace(name)
	return strings.ToLower(name)
}

// strict are the characters that branchNameStrict takes out of what follows the
// prefix.
var strict = regexp.MustCompile(`[^A-Za-z0-9-]+`)

var (
	badRef  = regexp.MustCompile(`[\x00-\x20\x7f~^:?*\[\\"]+`)
	manyRef = regexp.MustCompile(`-{2,}`)
	dotsRef = regexp.MustCompile(`\.{2,}`)
)

// cleanRef makes name a valid branch name, by git-check-ref-format's rules.
func cleanRef(name string) string {
	name = badRef.ReplaceAllString(name, "-")
	name = strings.ReplaceAll(name, "@{", "-")
	name = dotsRef.ReplaceAllString(name, ".")
	name = manyRef.ReplaceAllString(name, "-")
	var parts []string
	for _, p := range strings.Split(name, "/") {
		for was := ""; p != was; {
			was = p
			p = strings.TrimSuffix(strings.Trim(p, ".-"), ".lock")
		}
		if p != "" {
			parts = append(parts, p)
		}
	}
	return strings.Join(parts, "/")
}

// groupOf returns the name of the group that u is in; "" for none. A replacement is in no group.
func groupOf(m Member) string {
	if m.Update.Type == "replacement" {
		return ""
	}
	return cmp.Or(m.Update.Settings.String("groupName"), m.Shared)
}

// branchName returns the branch that m belongs to.
func branchName(w World, m Member) (string, error) {
	s := m.Update.Settings
	f := fields(w, m)
	topic := s.String("branchTopic")
	if name := groupOf(m); name != "" {
		name, err := render(name, f)
		if err != nil {
			return "", err
		}
		f["groupName"] = name
		slug, err := render(cmp.Or(s.String("groupSlug"), name), f)
		if err != nil {
			return "", err
		}
		f["groupSlug"] = groupSlug(s, m.Update, f, slugify(slug))
		if t, ok := s.Object("group")["branchTopic"].(string); ok {
			topic = t
		}
	}
	topic, err := render(topic, f)
	if err != nil {
		return "", err
	}
	f["branchTopic"] = topic
	if n := s.Int("hashedBranchLength"); n > 0 {
		return hashedName(w, s, f, topic, n)
	}
	name, err := render(cmp.Or(s.String("branchName"), "{{{branchPrefix}}}{{{additionalBranchPrefix}}}{{{branchTopic}}}"), f)
	if err != nil {
		return "", err
	}
	if w.multipleBases() {
		prefix := s.String("branchPrefix")
		name = prefix + w.Base + "-" + strings.TrimPrefix(name, prefix)
	}
	if s.Bool("branchNameStrict") {
		prefix := s.String("branchPrefix")
		rest, has := strings.CutPrefix(name, prefix)
		if name = strict.ReplaceAllString(rest, "-"); has {
			name = prefix + name
		}
	}
	return cleanRef(name), nil
}

// leastHash is the least number of characters that tell branches apart.
const leastHash = 6

// hashedName is a branch's name of at most n characters, by hashedBranchLength: as Renovate makes it, the prefix and the beginning of a
// SHA-512 of the rest.
func hashedName(w World, s config.Settings, f map[string]any, topic string, n int) (string, error) {
	more, err := render(s.String("additionalBranchPrefix"), f)
	if err != nil {
		return "", err
	}
	prefix := s.String("branchPrefix")
	if w.multipleBases() {
		prefix += w.Base + "-"
	}
	sum := sha512.Sum512([]byte(more + topic))
	text := hex.EncodeToString(sum[:])
	return cleanRef(prefix + text[:min(len(text), max(n-len(prefix), leastHash))]), nil
}

// multipleBases reports whether branches of several bases must be told apart.
func (w World) multipleBases() bool {
	return w.Bases > 1 || w.Bases == 0 && len(w.Config.Top().Strings("baseBranchPatterns")) > 1
}

func groupSlug(s config.Settings, u Update, f map[string]any, slug string) string {
	switch {
	case u.Type == "major" && s.Bool("separateMajorMinor") && s.Bool("separateMultipleMajor"):
		return fmt.Sprintf("major-%v-%s", f["newMajor"], slug)
	case u.Type == "major" && s.Bool("separateMajorMinor"):
		return "major-" + slug
	case u.Type == "minor" && s.Bool("separateMultipleMinor"):
		return fmt.Sprintf("minor-%v.%v-%s", f["newMajor"], f["newMinor"], slug)
	case u.Type == "patch" && s.Bool("separateMinorPatch"):
		return "patch-" + slug
	}
	return slug
}

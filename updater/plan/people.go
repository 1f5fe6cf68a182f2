package plan

import (
	"cmp"
	"net/mail"
	"slices"
	"strings"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/platform"
)

// people returns who is to be assigned to b and asked for review, and its milestone. changed are the files that it changes.
func people(w World, b Branch, changed []string) platform.People {
	s := b.Settings
	var owners []string
	if w.Owners != nil && (s.Bool("assigneesFromCodeOwners") || s.Bool("reviewersFromCodeOwners")) {
		for _, path := range changed {
			owners = append(owners, w.Owners(path)...)
		}
	}
	assignees, reviewers := b.union("assignees"), b.union("reviewers")
	if s.Bool("assigneesFromCodeOwners") {
		assignees = append(assignees, owners...)
	}
	if s.Bool("reviewersFromCodeOwners") {
		reviewers = append(reviewers, owners...)
	}
	reviewers = append(reviewers, b.union("additionalReviewers")...)
	p := platform.People{Milestone: s.Int("milestone")}
	for _, x := range sample(logins(assignees), s.Int("assigneesSampleSize"), b.Name) {
		if !strings.Contains(x, ":") { // a team cannot be assigned
			p.Assignees = append(p.Assignees, x)
		}
	}
	for _, x := range sample(logins(reviewers), s.Int("reviewersSampleSize"), b.Name) {
		if team, ok := strings.CutPrefix(x, "team:"); ok {
			p.Teams = append(p.Teams, team)
		} else {
			p.Reviewers = append(p.Reviewers, x)
		}
	}
	return p
}

// union is a list option of all members, each item once.
func (b Branch) union(option string) []string {
	if len(b.Members) == 0 {
		return b.Settings.Strings(option)
	}
	var out []string
	for _, m := range b.Members {
		for _, x := range m.Update.Settings.Strings(option) {
			if !slices.Contains(out, x) {
				out = append(out, x)
			}
		}
	}
	return out
}

// logins brings names to one form, each once: "ada", or "team:web" for a team, of whatever organisation.
func logins(names []string) []string {
	var out []string
	for _, n := range names {
		n = strings.TrimPrefix(strings.TrimSpace(n), "@")
		team, isTeam := strings.CutPrefix(n, "team:")
		if org, slug, ok := strings.Cut(strings.TrimPrefix(team, "@"), "/"); ok && org != "" {
			team, isTeam = slug, true
		}
		if isTeam {
			n = "team:" + team
		}
		if n != "" && n != "team:" && !slices.ContainsFunc(out, func(x string) bool { return strings.EqualFold(x, n) }) {
			out = append(out, n)
		}
	}
	return out
}

// sample picks n of names; all if n is 0. It picks the same ones each time for a branch, and others for another.
func sample(names []string, n int, branch string) []string {
	if n <= 0 || n >= len(names) {
		return names
	}
	picked := slices.Clone(names)
	slices.SortFunc(picked, func(a, b string) int { return cmp.Compare(Hash(branch+"\x00"+a), Hash(branch+"\x00"+b)) })
	picked = picked[:n]
	return slices.DeleteFunc(slices.Clone(names), func(x string) bool { return !slices.Contains(picked, x) })
}

// author reads gitAuthor, such as "Bot <bot@example.test>"; zero if it is not set, or no name and address.
func author(s config.Settings) platform.Account {
	text := strings.TrimSpace(s.String("gitAuthor"))
	if text == "" || strings.Contains(text, "{{") {
		return platform.Account{}
	}
	if !strings.Contains(text, "<") && !strings.Contains(text, "@") {
		return platform.Account{}
	}
	a, err := mail.ParseAddress(text)
	if err != nil { // a name such as "renovate[bot]" needs quotes by the letter of the standard
		name, rest, ok := strings.Cut(text, "<")
		if !ok {
			return platform.Account{}
		}
		address, _, _ := strings.Cut(rest, ">")
		if a, err = mail.ParseAddress(strings.TrimSpace(address)); err != nil {
			return platform.Account{}
		}
		a.Name = strings.Trim(strings.TrimSpace(name), `"`)
	}
	return platform.Account{Name: cmp.Or(a.Name, a.Address), Email: a.Address}
}

// bots are the addresses that Renovate commits as unless its operator says otherwise: what it left can be taken over.
var bots = []string{"renovate@whitesourcesoftware.com", "29139614+renovate[bot]@users.noreply.github.com"}

// OwnAddress reports whether a commit by an address is taken for the bot's own: account is who it acts as.
func OwnAddress(s config.Settings, account platform.Account, address string) bool {
	own := append([]string{account.Email, author(s).Email}, bots...)
	if slices.ContainsFunc(own, func(e string) bool { return e != "" && strings.EqualFold(e, address) }) {
		return true
	}
	return slices.ContainsFunc(s.Strings("gitIgnoredAuthors"), func(p string) bool {
		if a, err := mail.ParseAddress(p); err == nil && strings.EqualFold(a.Address, address) {
			return true
		}
		ok, err := config.Matches(p, address)
		return strings.EqualFold(p, address) || err == nil && ok
	})
}

package githubtest

import (
	"slices"
	"strings"
)

// A found is an issue or pull request in its repository.
type found struct {
	repo  *repo
	issue *issue
}

func (c *call) searchIssues() (reply, error) {
	list, err := c.search(c.query("q"))
	if err != nil {
		return reply{}, err
	}
	items := each(page(c, list), func(f found) object {
		o := c.s.issueJSON(f.repo, f.issue, "issue-search-result-item")
		o["score"] = 1
		return o
	})
	return ok(object{"total_count": len(list), "incomplete_results": false, "search_type": "lexical", "items": items})
}

// search finds issues and pull requests by GitHub's qualifiers, newest first:
// is, type, state, repo, org, user, author, head, base, label, in:title and
// plain words, each negated by a leading "-".
func (c *call) search(q string) ([]found, error) {
	var out []found
	terms := terms(q)
	if len(terms) == 0 {
		return nil, invalid("Search", "q", "missing", "")
	}
	for _, r := range c.readable(func(*repo) bool { return true }) {
		for _, i := range r.sorted() {
			ok := true
			for _, t := range terms {
				ok = ok && t.holds(r, i) != t.not
			}
			if ok {
				out = append(out, found{r, i})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b found) int { return b.issue.created.Compare(a.issue.created) })
	return out, nil
}

// A term is one condition of a search.
type term struct {
	not        bool
	key, value string // key is "" for a plain word
}

// terms splits a search at spaces outside quotes.
func terms(q string) []term {
	var out []term
	quoted := false
	words := strings.FieldsFunc(q, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ' ' && !quoted
	})
	for _, w := range words {
		t := term{value: w}
		if rest, not := strings.CutPrefix(w, "-"); not {
			t.not, t.value = true, rest
		}
		if k, v, qualified := strings.Cut(t.value, ":"); qualified && !strings.HasPrefix(k, `"`) {
			t.key, t.value = strings.ToLower(k), v
		}
		t.value = strings.Trim(t.value, `"`)
		out = append(out, t)
	}
	return out
}

// holds says whether an issue or pull request meets a condition.
func (t term) holds(r *repo, i *issue) bool {
	switch t.key {
	case "is", "type", "state":
		return t.is(r, i)
	case "repo":
		return strings.EqualFold(t.value, r.fullName())
	case "org", "user":
		return strings.EqualFold(t.value, r.owner.login)
	case "author":
		login := i.author.login
		if app, isApp := strings.CutPrefix(t.value, "app/"); isApp {
			return strings.EqualFold(app+"[bot]", login)
		}
		return strings.EqualFold(t.value, login)
	case "head":
		return i.pull != nil && strings.HasPrefix(i.pull.head, t.value)
	case "base":
		return i.pull != nil && i.pull.base == t.value
	case "label":
		return i.hasAll(strings.Split(t.value, ","))
	case "archived":
		return r.archived == (t.value == "true")
	case "in", "sort":
		return true
	}
	return strings.Contains(strings.ToLower(i.title+"\n"+i.body), strings.ToLower(t.value))
}

func (t term) is(r *repo, i *issue) bool {
	switch t.value {
	case "pr", "pull-request":
		return i.pull != nil
	case "issue":
		return i.pull == nil
	case "open":
		return i.open
	case "closed":
		return !i.open
	case "merged":
		return i.isMerged()
	case "unmerged":
		return !i.isMerged()
	case "draft":
		return i.pull != nil && i.pull.draft
	case "private":
		return r.private
	case "public":
		return !r.private
	}
	return false
}

package githubtest

import (
	"fmt"
	"strconv"
	"strings"
)

// page returns the part of a list that the request asks for and links to the
// others. The links of a repository's lists go through its number, as
// GitHub's do.
func page[T any](c *call, items []T) []T {
	if c.fault != nil && c.fault.Kind == Lag && len(items) > 0 {
		items = items[1:]
	}
	size, at := number(c.query("per_page"), 30), number(c.query("page"), 1)
	size = min(size, 100)
	last := max((len(items)+size-1)/size, 1)
	c.link(at, last)
	from := min((at-1)*size, len(items))
	return items[from:min(from+size, len(items))]
}

// number reads a positive number.
func number(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// link sets the Link header of page at of last.
func (c *call) link(at, last int) {
	if last <= 1 {
		return
	}
	path := c.r.URL.EscapedPath()
	if c.repo != nil {
		_, rest, _ := strings.Cut(strings.TrimPrefix(path, c.prefix+"/repos/"), "/")
		if strings.HasPrefix(path, c.prefix+"/repos/") {
			_, rest, _ = strings.Cut(rest, "/")
			path = fmt.Sprintf("%s/repositories/%d/%s", c.prefix, c.repo.id, rest)
		}
	}
	q := c.r.URL.Query()
	to := func(n int, rel string) string {
		q.Set("page", strconv.Itoa(n))
		return fmt.Sprintf(`<%s%s?%s>; rel="%s"`, c.s.base, path, q.Encode(), rel)
	}
	var links []string
	if at > 1 {
		links = append(links, to(at-1, "prev"))
	}
	if at < last {
		links = append(links, to(at+1, "next"), to(last, "last"))
	}
	if at > 1 {
		links = append(links, to(1, "first"))
	}
	c.header.Set("Link", strings.Join(links, ", "))
}

// each renders every item of a list.
func each[T any](items []T, render func(T) object) []object {
	out := make([]object, len(items))
	for i, x := range items {
		out[i] = render(x)
	}
	return out
}

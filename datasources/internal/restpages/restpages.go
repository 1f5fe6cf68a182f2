// Package restpages reads lists that come in numbered pages, as the interfaces of forges
// have them.
package restpages

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/currant-bot/currant/datasources"
)

// maxPages bounds what is asked for one list.
const maxPages = 500

// A List is where a list is and how it is asked for.
type List struct {
	Address string // without page and size
	Size    int    // of a page
	Param   string // the size's, such as "per_page"
	Short   bool   // a page that is not full is the last; else the last is an empty one, as the server may make pages smaller
	Terms   datasources.Terms
}

// Read calls each for every element. partial says why they are not all. It
// does not rely on links to next pages, which a proxy may drop.
func Read[T any](ctx context.Context, env datasources.Env, l List, each func(T)) (partial string, err error) {
	u, err := url.Parse(l.Address)
	if err != nil {
		return "", fmt.Errorf("asking for %s: not a URL", datasources.Redact(l.Address))
	}
	for number := 1; number <= maxPages; number++ {
		q := u.Query()
		q.Set("page", strconv.Itoa(number))
		q.Set(l.Param, strconv.Itoa(l.Size))
		u.RawQuery = q.Encode()
		var page []T
		if _, err := env.GetJSON(ctx, u.String(), "", l.Terms, &page); err != nil {
			return "", err
		}
		for _, element := range page {
			each(element)
		}
		if len(page) == 0 || l.Short && len(page) < l.Size {
			return "", nil
		}
	}
	return fmt.Sprintf("there are more than %d pages", maxPages), nil
}

// Package custom reads releases from anywhere, as customDatasources of the
// configuration describes: a document, and JSONata that makes releases of it.
package custom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"go.yaml.in/yaml/v3"
	"golang.org/x/net/html"

	"github.com/currant-bot/currant/datasources"
)

// A Recipe says how a document is read. As JSON it is the Recipe of a query.
type Recipe struct {
	Format     string   // "json", which is also "", "plain", "yaml", "toml" or "html"
	Transforms []string // JSONata expressions, each applied to what the one before made
}

// String returns r as a query has it.
func (r Recipe) String() string {
	data, err := json.Marshal(r)
	if err != nil {
		return "" // strings always marshal
	}
	return string(data)
}

// A Language compiles a JSONata expression.
type Language func(expression string) (func(input any) (any, error), error)

// Source returns the source of all custom datasources. A query's registry is the address of its
// document, and its recipe says how that is read.
func Source(language Language) *datasources.Source {
	return &datasources.Source{
		Name:       "custom",
		Doc:        "what customDatasources describes: JSON, YAML, TOML, HTML links or lines of text, through JSONata; used as `custom.NAME`",
		Versioning: "semver-coerced",
		Strategy:   datasources.Hunt,
		New:        func(env datasources.Env) datasources.Datasource { return site{env, language} },
	}
}

type site struct {
	env      datasources.Env
	language Language
}

const bodyLimit = 16 << 20

func (s site) List(ctx context.Context, q datasources.Query) (*datasources.Listing, error) {
	var r Recipe
	if err := json.Unmarshal([]byte(q.Recipe), &r); err != nil {
		return nil, fmt.Errorf("looking up %s: configuration does not say how to read it", q)
	}
	data, whole, err := s.fetch(ctx, q, r)
	if err != nil {
		return nil, err
	}
	for _, expression := range r.Transforms {
		f, err := s.language(expression)
		if err != nil {
			return nil, fmt.Errorf("looking up %s: transformTemplates: %w", q, err)
		}
		if data, err = f(data); err != nil {
			return nil, fmt.Errorf("looking up %s: transformTemplates: %w", q, err)
		}
	}
	l, err := listing(data)
	if err != nil {
		return nil, fmt.Errorf("looking up %s: %w", q, err)
	}
	if !whole {
		l.Partial = "the server does not say where its answer ends"
	}
	return l, nil
}

// fetch returns the document as data. whole is false where it may have been cut
// short unnoticed.
func (s site) fetch(ctx context.Context, q datasources.Query, r Recipe) (data any, whole bool, err error) {
	u, err := url.Parse(q.Registry)
	if err != nil {
		return nil, false, fmt.Errorf("looking up %s: its address is not a URL", q)
	}
	if u.Scheme == "file" {
		data, err := s.local(u.Path, r)
		return data, true, err
	}
	terms := datasources.Terms{HostTypes: []string{q.Datasource, "custom"}, BodyLimit: bodyLimit}
	resp, err := s.env.Get(ctx, u.String(), accept(r.Format), terms)
	if err != nil {
		return nil, false, err
	}
	defer resp.Body.Close()
	if r.Format == "json" || r.Format == "" {
		err = datasources.DecodeJSON(resp.Body, func(d *json.Decoder) error { return d.Decode(&data) })
	} else {
		data, err = read(resp.Body, r)
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading %s: %w", datasources.Redact(u.String()), datasources.CutShort(err))
	}
	return data, r.Format == "json" || r.Format == "" || complete(resp), nil
}

func complete(resp *http.Response) bool { return datasources.Delimited(resp) }

func accept(format string) string {
	switch format {
	case "", "json":
		return "application/json"
	case "html":
		return "text/html"
	}
	return ""
}

// local reads a file of this machine, where the operator works on checkouts
// that are there anyway.
func (s site) local(path string, r Recipe) (any, error) {
	if !s.env.Local {
		return nil, fmt.Errorf("reading %s: files of this machine are not read for repositories of a platform", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := read(io.LimitReader(f, bodyLimit), r)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	return data, nil
}

func read(body io.Reader, r Recipe) (data any, err error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, err
	}
	switch r.Format {
	case "", "json":
		err = json.Unmarshal(text, &data)
	case "yaml":
		if err = yaml.Unmarshal(text, &data); err == nil {
			_, err = json.Marshal(data)
		}
	case "toml":
		var table map[string]any
		err = toml.Unmarshal(text, &table)
		data = table
	case "plain":
		data = versions(strings.Split(string(text), "\n"))
	case "html":
		return links(string(text))
	default:
		err = fmt.Errorf("there is no format %q", r.Format)
	}
	return data, err
}

// versions makes releases of lines or links.
func versions(list []string) any {
	releases := []any{}
	for _, v := range list {
		if v = strings.TrimSpace(v); v != "" {
			releases = append(releases, map[string]any{"version": v})
		}
	}
	return map[string]any{"releases": releases}
}

// links returns the addresses of the links of a page.
func links(text string) (any, error) {
	var out []string
	z := html.NewTokenizer(strings.NewReader(text))
	z.SetMaxBuf(1 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				return nil, err
			}
			return versions(out), nil
		case html.StartTagToken, html.SelfClosingTagToken:
			token := z.Token()
			if token.Data != "a" {
				continue
			}
			for _, a := range token.Attr {
				if a.Key == "href" {
					out = append(out, a.Val)
				}
			}
		}
	}
}

package datasources

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestRedact(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"nothing to hide", "nothing to hide"},
		{"https://a.test/x", "https://a.test/x"},
		{"https://user:pass@a.test/x", "https://a.test/x"},
		{"https://user:p@ss@a.test/x and ssh://git@b.test/y", "https://a.test/x and ssh://b.test/y"},
		{`Get "https://t0ken@a.test/x?key=secret": EOF`, `Get "https://a.test/x?...": EOF`},
		{"mail a@b.test", "mail a@b.test"},
		{"git@a.test:b/c.git", "git@a.test:b/c.git"},
	} {
		if got := Redact(tt.in); got != tt.want {
			t.Errorf("Redact(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	q := Query{Datasource: "npm", Registry: "https://u:p@a.test/", Package: "x"}
	if got := q.String(); got != "npm x at https://a.test/" {
		t.Errorf("query prints as %q", got)
	}
}

func TestClean(t *testing.T) {
	inner := &RetryError{Err: errors.New("no answer from https://u:p@a.test/x")}
	err := Clean(fmt.Errorf("asking: %w", &url.Error{Op: "Get", URL: "https://a.test/?token=t", Err: inner}))
	if err.Error() != "no answer from https://a.test/x" {
		t.Errorf("error is %q", err)
	}
	var retry *RetryError
	if !errors.As(err, &retry) {
		t.Error("it is no RetryError any more")
	}
}

func TestNextPage(t *testing.T) {
	for _, tt := range []struct{ link, want string }{
		{"", ""},
		{`<https://a.test/x?page=2>; rel="next"`, "https://a.test/x?page=2"},
		{`</x?page=2>; rel=next`, "https://a.test/x?page=2"},
		{`<?page=2>;rel="next"`, "https://a.test/list?page=2"},
		{`<http://a.test/x>; rel="next"`, "https://a.test/x"},
		{`</p>; rel="prev", </x,y>; rel="last next"`, "https://a.test/x,y"},
		{`</x>; title="a"; rel="next"; type="b"`, "https://a.test/x"},
		{`</x>; rel="nextish"`, ""},
		{`</x>; rel="prev"`, ""},
		{`/x; rel="next"`, ""},
		{`<https://b.test/x>; rel="next"`, "foreign"},
		{`<//b.test/x>; rel="next"`, "foreign"},
		{`<https://a.test:8443/x>; rel="next"`, "foreign"},
		{`<https://a.test@b.test/x>; rel="next"`, "foreign"},
		{`<%zz>; rel="next"`, "error"},
	} {
		u, err := url.Parse("https://a.test/list?page=1")
		if err != nil {
			t.Fatal(err)
		}
		resp := &http.Response{Header: http.Header{"Link": {tt.link}}, Request: &http.Request{URL: u}}
		got, err := NextPage(resp)
		switch {
		case errors.Is(err, ErrForeign):
			got = "foreign"
		case err != nil:
			got = "error"
		}
		if got != tt.want {
			t.Errorf("next page of %q is %q, want %q", tt.link, got, tt.want)
		}
	}
}

func TestStatusError(t *testing.T) {
	var auth *AuthError
	var retry *RetryError
	for status, want := range map[int]string{404: "missing", 410: "missing", 401: "auth", 403: "auth", 429: "retry", 500: "retry", 503: "retry", 408: "retry", 400: "other", 302: "other"} {
		err := StatusError("a.test", status)
		got := "other"
		switch {
		case errors.Is(err, ErrNotFound):
			got = "missing"
		case errors.As(err, &auth):
			got = "auth"
		case errors.As(err, &retry):
			got = "retry"
		}
		if got != want {
			t.Errorf("%d is %s, want %s", status, got, want)
		}
	}
}

func TestDecodeJSON(t *testing.T) {
	for text, want := range map[string]string{
		`{"a": 1}`: "", " [1]\n": "", `{"a": `: "retry", "": "retry", `{"a": 1} x`: "error", "{} {}": "error", "<html>": "error",
	} {
		var v any
		err := DecodeJSON(strings.NewReader(text), func(d *json.Decoder) error { return d.Decode(&v) })
		var retry *RetryError
		got := ""
		if errors.As(err, &retry) {
			got = "retry"
		} else if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if err := CutShort(io.ErrClosedPipe); err != io.ErrClosedPipe {
		t.Errorf("another error became %v", err)
	}
}

func TestGitHubAPI(t *testing.T) {
	for in, want := range map[string]string{
		DefaultRegistries("github-tags")[0]: "https://api.github.com/",
		"https://ghe.example.test":          "https://ghe.example.test/api/v3/",
		"https://ghe.example.test/api/v3/":  "https://ghe.example.test/api/v3/",
		"http://127.0.0.1:8080/":            "http://127.0.0.1:8080/api/v3/",
		"https://proxy.example.test/github": "https://proxy.example.test/github/api/v3/",
	} {
		u, err := url.Parse(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := GitHubAPI(u).String(); got != want {
			t.Errorf("API of %s is %s, want %s", in, got, want)
		}
	}
}

func FuzzNextPage(f *testing.F) {
	f.Add(`</x?page=2>; rel="next", <a>; rel=prev`)
	f.Fuzz(func(t *testing.T, link string) {
		u := &url.URL{Scheme: "https", Host: "a.test", Path: "/list"}
		next, err := NextPage(&http.Response{Header: http.Header{"Link": {link}}, Request: &http.Request{URL: u}})
		if err != nil || next == "" {
			return
		}
		if p, err := url.Parse(next); err != nil || p.Host != "a.test" || p.Scheme != "https" {
			t.Errorf("%q leads to %q", link, next)
		}
	})
}

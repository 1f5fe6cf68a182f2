package host

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMatches(t *testing.T) {
	for _, tt := range []struct {
		rule Rule
		url  string
		typ  string
		want bool
	}{
		{Rule{}, "https://a.example.test/", "npm", true},
		{Rule{MatchHost: "example.test"}, "https://example.test/x", "npm", true},
		{Rule{MatchHost: "example.test"}, "https://a.example.test:8443/x", "npm", true},
		{Rule{MatchHost: "example.test"}, "https://evilexample.test/", "npm", false},
		{Rule{MatchHost: "EXAMPLE.test"}, "https://example.TEST/", "npm", true},
		{Rule{MatchHost: ".example.test"}, "https://a.example.test/", "npm", true},
		{Rule{MatchHost: ".example.test"}, "https://example.test/", "npm", false},
		{Rule{MatchHost: "https://example.test"}, "https://example.test/x", "npm", true},
		{Rule{MatchHost: "https://example.test"}, "https://example.test:443/x", "npm", true},
		{Rule{MatchHost: "https://example.test"}, "http://example.test/x", "npm", false},
		{Rule{MatchHost: "https://example.test"}, "https://example.test.evil.test/", "npm", false},
		{Rule{MatchHost: "https://example.test"}, "https://a.example.test/", "npm", false},
		{Rule{MatchHost: "https://example.test/npm/"}, "https://example.test/npm/left", "npm", true},
		{Rule{MatchHost: "https://example.test/npm"}, "https://example.test/npm", "npm", true},
		{Rule{MatchHost: "https://example.test/npm"}, "https://example.test/npm-private/left", "npm", false},
		{Rule{MatchHost: "example.test/npm"}, "https://example.test/npm/left", "npm", true},
		{Rule{MatchHost: "example.test:5000"}, "http://example.test:5000/v2/", "docker", true},
		{Rule{MatchHost: "example.test:5000"}, "http://example.test/v2/", "docker", false},
		{Rule{HostType: "npm"}, "https://example.test/", "npm", true},
		{Rule{HostType: "npm"}, "https://example.test/", "pypi", false},
		{Rule{HostType: "npm", MatchHost: "other.test"}, "https://example.test/", "npm", false},
	} {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.rule.Matches(u, tt.typ); got != tt.want {
			t.Errorf("%v matches %s as %s: %v, want %v", tt.rule, tt.url, tt.typ, got, tt.want)
		}
	}
}

func TestFor(t *testing.T) {
	rules := []Rule{
		{MatchHost: "https://example.test/npm", Token: "path"},
		{MatchHost: "example.test", HostType: "npm", Username: "u", Password: "both"},
		{MatchHost: "example.test", Token: "host", Timeout: time.Second, Headers: map[string]string{"X-A": "1", "X-B": "1"}},
		{HostType: "npm", Token: "type", Concurrent: 3, Headers: map[string]string{"X-B": "0", "X-C": "0"}},
		{HostType: "github", MatchHost: "code.test", Token: "fallback"},
	}
	for _, tt := range []struct {
		url   string
		types []string
		want  string
	}{
		{"https://example.test/npm/left", []string{"npm"}, "u:both"},
		{"https://example.test/npm/left", []string{"helm"}, "path"},
		{"https://example.test/other", []string{"helm"}, "host"},
		{"https://other.test/", []string{"npm"}, "type"},
		{"https://other.test/", []string{"helm"}, ""},
		{"https://other.test/", nil, ""},
		{"https://code.test/", []string{"github-tags", "github"}, "fallback"},
		{"https://code.test/", []string{"helm", "pypi"}, ""},
	} {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		r := For(rules, u, tt.types...)
		got := r.Token
		if r.Password != "" {
			got = r.Username + ":" + r.Password + r.Token
		}
		if got != tt.want {
			t.Errorf("For(%s, %v) logs in by %q, want %q", tt.url, tt.types, got, tt.want)
		}
	}
	u := &url.URL{Scheme: "https", Host: "example.test", Path: "/npm/left"}
	r := For(rules, u, "npm")
	want := map[string]string{"X-A": "1", "X-B": "1", "X-C": "0"}
	if d := cmp.Diff(want, r.Headers); d != "" || r.Timeout != time.Second || r.Concurrent != 3 {
		t.Errorf("merged %+v, %v, %d; headers (-want +got):\n%s", r.Headers, r.Timeout, r.Concurrent, d)
	}
	if len(rules[2].Headers) != 2 || len(rules[3].Headers) != 2 {
		t.Error("merging changed a rule")
	}
}

func TestRuleJSON(t *testing.T) {
	var r Rule
	err := json.Unmarshal([]byte(`{"matchHost": "a.test", "hostType": "npm", "token": "t", "authType": "Token-Only",
		"timeout": 1500, "maxRetryAfter": 30, "concurrentRequestLimit": 2, "maxRequestsPerSecond": 0.5,
		"enabled": false, "insecureRegistry": true, "headers": {"X-A": "b"}, "description": "ignored"}`), &r)
	if err != nil {
		t.Fatal(err)
	}
	no, half := false, 30*time.Second
	want := Rule{
		MatchHost: "a.test", HostType: "npm", Token: "t", AuthType: "Token-Only", Timeout: 1500 * time.Millisecond,
		MaxRetryAfter: &half, Concurrent: 2, PerSecond: 0.5, Enabled: &no, Insecure: true, Headers: map[string]string{"X-A": "b"},
	}
	if d := cmp.Diff(want, r); d != "" {
		t.Errorf("rule (-want +got):\n%s", d)
	}
}

func TestSecretsStay(t *testing.T) {
	r := Rule{MatchHost: "a.test", Token: "t0ken", Username: "ann", Password: "passw0rd", Headers: map[string]string{"X-Key": "header-key"}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		text := fmt.Sprintf(format, r)
		if strings.Contains(text, "t0ken") || strings.Contains(text, "passw0rd") || strings.Contains(text, "header-key") {
			t.Errorf("%s prints %s", format, text)
		}
	}
	redact := Redactor([]Rule{r, {Password: "abc"}})
	in := "abc t0ken passw0rd YW5uOnBhc3N3MHJk header-key https://ann:other@a.test/x?token=1"
	if got, want := redact(in), "abc [secret] [secret] [secret] [secret] https://a.test/x?..."; got != want {
		t.Errorf("redacted to %q, want %q", got, want)
	}
}

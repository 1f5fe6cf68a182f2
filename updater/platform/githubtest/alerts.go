package githubtest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Alert is a Dependabot alert: GitHub has found that a manifest uses a package with a known weakness.
type Alert struct {
	Ecosystem, Package string // such as "npm" and "lodash"
	Manifest           string // path
	GHSA, CVE          string // CVE may be empty
	Range              string // such as ">= 1.0.0, < 1.2.3"
	Fixed              string // first version without it; "" for none
	Severity           string // "low", "medium", "high", "critical"; "" for high
	Summary, Details   string
	Vector             string // of CVSS 3; "" for none
	Score              float64
	References         []string // URLs
	Malware            bool
	State              string // "" for "open"
	Dismissed          string // reason, such as "tolerable_risk"
}

// SetAlerts makes these the alerts of a repository, the first one the oldest.
func (s *Server) SetAlerts(name string, alerts ...Alert) error {
	return s.with("setting the alerts", name, func(r *repo) error {
		r.alerts, r.noAlerts, r.alerted = alerts, false, s.now()
		return nil
	})
}

// DisableAlerts switches a repository's Dependabot alerts off.
func (s *Server) DisableAlerts(name string) error {
	return s.with("switching off the alerts", name, func(r *repo) error {
		r.noAlerts = true
		return nil
	})
}

// listAlerts pages by cursors, as GitHub does here and hardly anywhere else.
func (c *call) listAlerts() (reply, error) {
	if c.repo.noAlerts {
		return reply{}, fail(403, "Dependabot alerts are disabled for this repository.")
	}
	var out []object
	states := strings.Split(c.query("state"), ",")
	for i, a := range c.repo.alerts {
		if a.State == "" {
			a.State = "open"
		}
		if states[0] == "" || slices.Contains(states, a.State) {
			out = append(out, c.alertJSON(i+1, a))
		}
	}
	if c.query("direction") != "asc" {
		slices.Reverse(out)
	}
	size, from := min(number(c.query("per_page"), 30), 100), 0
	if after := c.query("after"); after != "" {
		text, err := base64.StdEncoding.DecodeString(after)
		if from, _ = strconv.Atoi(string(text)); err != nil || from < 1 || from > len(out) {
			return reply{}, fail(400, "Invalid cursor")
		}
	}
	to := min(from+size, len(out))
	if to < len(out) {
		q := c.r.URL.Query()
		q.Set("after", base64.StdEncoding.EncodeToString([]byte(strconv.Itoa(to))))
		c.header.Set("Link", fmt.Sprintf(`<%s%s?%s>; rel="next"`, c.s.base, c.r.URL.EscapedPath(), q.Encode()))
	}
	return ok(append([]object{}, out[from:to]...))
}

func (c *call) alertJSON(n int, a Alert) object {
	if a.Severity == "" {
		a.Severity = "high"
	}
	at := stamp(c.repo.alerted.Add(time.Duration(n) * time.Second))
	pkg := object{"ecosystem": a.Ecosystem, "name": a.Package}
	var fixed any
	if a.Fixed != "" {
		fixed = object{"identifier": a.Fixed}
	}
	vulnerability := object{"package": pkg, "severity": a.Severity, "vulnerable_version_range": a.Range, "first_patched_version": fixed}
	ids := []object{{"type": "GHSA", "value": a.GHSA}}
	if a.CVE != "" {
		ids = append(ids, object{"type": "CVE", "value": a.CVE})
	}
	class := "general"
	if a.Malware {
		class = "malware"
	}
	refs := each(a.References, func(u string) object { return object{"url": u} })
	cvss := object{"score": a.Score, "vector_string": orNull(a.Vector)}
	out := c.s.shapes.make("dependabot-alert", c.repo.api(c.s, "/dependabot/alerts/%d", n), object{
		"number": n, "state": a.State, "created_at": at, "updated_at": at, "html_url": fmt.Sprintf("%s/%s/security/dependabot/%d", c.s.base, c.repo.fullName(), n),
		"dependency": object{"package": pkg, "manifest_path": a.Manifest, "scope": "runtime"},
		"security_advisory": object{
			"ghsa_id": a.GHSA, "cve_id": orNull(a.CVE), "summary": a.Summary, "description": a.Details, "severity": a.Severity, "classification": class,
			"identifiers": ids, "references": refs, "published_at": at, "updated_at": at, "withdrawn_at": nil,
			"vulnerabilities": []object{vulnerability}, "cvss": cvss, "cvss_severities": object{"cvss_v3": cvss, "cvss_v4": nil}, "cwes": []object{},
		},
		"security_vulnerability": vulnerability, "dismissed_reason": orNull(a.Dismissed),
	})
	return out
}

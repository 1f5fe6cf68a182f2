package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/currant-bot/currant/updater/platform"
)

// maxAlertPages bounds how many alerts are read, in pages of 100.
const maxAlertPages = 50

type alert struct {
	Dependency struct {
		Manifest string `json:"manifest_path"`
	}
	DismissedReason string `json:"dismissed_reason"`
	Advisory        struct {
		ID             string `json:"ghsa_id"`
		Summary        string
		Description    string
		Severity       string
		Classification string
		Identifiers    []struct{ Value string }
		References     []struct{ URL string }
		Withdrawn      string `json:"withdrawn_at"`
		CVSS           cvss
		Severities     struct {
			V3 cvss `json:"cvss_v3"`
			V4 cvss `json:"cvss_v4"`
		} `json:"cvss_severities"`
	} `json:"security_advisory"`
	Vulnerability struct {
		Package  struct{ Ecosystem, Name string }
		Range    string                       `json:"vulnerable_version_range"`
		Patched  *struct{ Identifier string } `json:"first_patched_version"`
		Severity string
	} `json:"security_vulnerability"`
}

type cvss struct {
	Score  float64
	Vector string `json:"vector_string"`
}

// Alerts lists a repository's open Dependabot alerts, the oldest first.
func (r *Reader) Alerts(ctx context.Context, name string) ([]platform.Alert, error) {
	owner, repo, err := split(name)
	if err != nil {
		return nil, err
	}
	var out []platform.Alert
	after := ""
	for range maxAlertPages {
		path := fmt.Sprintf("repos/%s/%s/dependabot/alerts?state=open&direction=asc&per_page=100", owner, repo)
		if after != "" {
			path += "&after=" + url.QueryEscape(after)
		}
		var page []alert
		res, err := r.get(ctx, path, &page)
		if err != nil {
			return nil, r.alertsError(err, name)
		}
		for _, a := range page {
			if a.DismissedReason == "" && a.Advisory.Withdrawn == "" {
				out = append(out, alertOf(a))
			}
		}
		if res.After == "" || res.After == after {
			return out, nil
		}
		after = res.After
	}
	return out, nil
}

func (r *Reader) alertsError(err error, name string) error {
	if statusOf(err) == http.StatusForbidden && strings.Contains(saidOf(err), "disabled") {
		return platform.ErrOff
	}
	err = r.explain(err, "reading the vulnerability alerts of %s", name)
	if errors.Is(err, platform.ErrNotFound) { // the repository is there: it was read before
		return &platform.AuthError{Host: r.host, Text: "vulnerability alerts are not to be seen"}
	}
	return err
}

func alertOf(a alert) platform.Alert {
	x := a.Advisory
	out := platform.Alert{
		Ecosystem: a.Vulnerability.Package.Ecosystem, Package: a.Vulnerability.Package.Name, Manifest: a.Dependency.Manifest,
		Range: a.Vulnerability.Range, ID: x.ID, Summary: x.Summary, Details: x.Description, Severity: x.Severity,
		Malicious: x.Classification == "malware",
	}
	if p := a.Vulnerability.Patched; p != nil {
		out.Fixed = p.Identifier
	}
	for _, id := range x.Identifiers {
		if id.Value != x.ID {
			out.Aliases = append(out.Aliases, id.Value)
		}
	}
	for _, ref := range x.References {
		out.References = append(out.References, ref.URL)
	}
	for _, c := range []cvss{x.Severities.V4, x.Severities.V3, x.CVSS} {
		if c.Score > 0 && out.Score == 0 {
			out.Score, out.Vector = c.Score, c.Vector
		}
	}
	return out
}

package packagejson

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

var (
	// credentials is a user and password, or a token, in a URL.
	credentials = regexp.MustCompile(`://[^/@\s]+@`)
	shorthand   = regexp.MustCompile(`^(?:(github|gitlab|bitbucket):)?([\w.-]+/[\w.-]+)$`)
	location    = regexp.MustCompile(`^(?:git\+)?(?:https?|ssh|git)://(?:[^/@\s]+@)?([^/@\s]+)/(\S+)$`)
	scpLike     = regexp.MustCompile(`^(?:git\+ssh://)?[\w.-]+@([\w.-]+):(\S+)$`)
)

// reference completes d from a Git repository with a tag, a commit or a range
// after "#": what stands in s from byte start to byte end.
func reference(d managers.Dep, s string, start, end int, t text) managers.Dep {
	hash := start + strings.LastIndexByte(s[start:end], '#')
	d.Datasource, d.Package = repository(s[start:hash])
	if d.Package == "" {
		d.Skip = managers.UnspecifiedVersion
		return d
	}
	ref := s[hash+1 : end]
	rest, ranged := strings.CutPrefix(ref, "semver:")
	switch field, ok := t.Sub(end-len(rest), end); {
	case !ok:
		d.Skip = managers.UnversionedReference
	case ranged && validRange.MatchString(rest), tagged.MatchString(ref):
		d.Value = field
	case commit.MatchString(ref):
		d.Value, d.Digest = managers.Field{}, field
	default:
		d.Skip = managers.UnversionedReference
	}
	return d
}

// repository returns the datasource of a repository's tags and its name there; "" if
// spec names none.
func repository(spec string) (datasource, pkg string) {
	var host, repo string
	if m := shorthand.FindStringSubmatch(spec); m != nil {
		host, repo = map[string]string{"": "github.com", "github": "github.com", "gitlab": "gitlab.com", "bitbucket": "bitbucket.org"}[m[1]], m[2]
	} else if m := location.FindStringSubmatch(spec); m != nil {
		host, repo = strings.ToLower(m[1]), m[2]
	} else if m := scpLike.FindStringSubmatch(spec); m != nil {
		host, repo = strings.ToLower(m[1]), m[2]
	} else {
		return "", ""
	}
	if host == "github.com" {
		if repo = strings.TrimSuffix(strings.Trim(repo, "/"), ".git"); strings.Count(repo, "/") == 1 {
			return "github-tags", repo
		}
		return "", ""
	}
	return "git-tags", "https://" + host + "/" + strings.Trim(repo, "/")
}

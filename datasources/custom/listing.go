package custom

import (
	"errors"
	"strconv"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// listing reads releases in the form that the peer's documentation describes:
// {"releases": [{"version": "1.0.0", "releaseTimestamp": "...", ...}], "sourceUrl": "...", ...}.
func listing(data any) (*datasources.Listing, error) {
	object, _ := data.(map[string]any)
	list, ok := object["releases"].([]any)
	if one, single := object["releases"].(map[string]any); single { // JSONata makes one of a list of one
		list, ok = []any{one}, true
	}
	if !ok {
		return nil, errors.New("what came out has no list \"releases\"")
	}
	l := &datasources.Listing{
		Homepage: text(object["homepage"]), SourceURL: text(object["sourceUrl"]), SourceDir: text(object["sourceDirectory"]),
		ChangelogURL: text(object["changelogUrl"]),
	}
	for _, item := range list {
		fields, _ := item.(map[string]any)
		version := text(fields["version"])
		if version == "" {
			return nil, errors.New("a release that came out has no \"version\"")
		}
		r := datasources.Release{Version: version, Digest: text(fields["digest"]), Published: timestamp(fields["releaseTimestamp"]), Unstable: fields["isStable"] == false}
		if fields["isDeprecated"] == true {
			r.Withdrawn = "deprecated"
		}
		l.Releases = append(l.Releases, r)
	}
	tags, _ := object["tags"].(map[string]any)
	for name, v := range tags {
		if l.Channels == nil {
			l.Channels = make(map[string]string)
		}
		l.Channels[name] = text(v)
	}
	return l, nil
}

func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}

func timestamp(v any) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, text(v)); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}

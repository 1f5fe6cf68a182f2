// Package bitbucketpipelines reads the pipelines of Bitbucket.
package bitbucketpipelines

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
)

// Manager reads images and pipes.
var Manager = &managers.Manager{
	Name: "bitbucket-pipelines",
	Doc: `images and pipes in Bitbucket's pipelines

A pipe is a tag of a repository on Bitbucket, or an image.`,
	Files:       []string{`/(^|/)\w*-pipelines\.yml$/`},
	Categories:  []string{"ci"},
	Datasources: []string{"bitbucket-tags", "docker"},
	Extract:     extract,
}

var (
	pipe      = regexp.MustCompile(`^\s*-\s?pipe:\s*['"]?([^\s'"]+)`)
	inline    = regexp.MustCompile(`^\s*image:\s*['"]?([^\s'"{}]+)['"]?\s*(?:#.*)?$`)
	image2    = regexp.MustCompile(`^\s*image:\s*(?:#.*)?$`)
	imageName = regexp.MustCompile(`^\s*name:\s*['"]?([^\s'"{}]+)['"]?\s*(?:#.*)?$`)
)

func extract(file managers.File) managers.Result {
	var r managers.Result
	at, number, inImage := 0, 0, false
	for line := range strings.Lines(file.Text) {
		number++
		text := strings.TrimRight(line, "\r\n")
		add := func(m []int, d func(managers.Field) managers.Dep) {
			dep := d(managers.Field{Text: text[m[2]:m[3]], Start: at + m[2]})
			dep.Line = number
			r.Deps = append(r.Deps, dep)
		}
		if m := pipe.FindStringSubmatchIndex(text); m != nil {
			add(m, readPipe)
		} else if m := inline.FindStringSubmatchIndex(text); m != nil {
			add(m, readImage)
		} else if m := imageName.FindStringSubmatchIndex(text); m != nil && inImage {
			add(m, readImage)
		}
		inImage = image2.MatchString(text) || inImage && strings.HasPrefix(strings.TrimSpace(text), "#")
		at += len(line)
	}
	return r
}

func readImage(ref managers.Field) managers.Dep {
	d := image.Dep(ref)
	d.Kind = "docker"
	return d
}

func readPipe(ref managers.Field) managers.Dep {
	if rest, ok := strings.CutPrefix(ref.Text, "docker://"); ok && rest != "" {
		return readImage(managers.Field{Text: rest, Start: ref.End() - len(rest)})
	}
	name, version, _ := strings.Cut(ref.Text, ":")
	d := managers.Dep{Name: name, Kind: "bitbucket-tags", Datasource: "bitbucket-tags"}
	switch {
	case strings.Contains(name, "$"):
		d.Skip = managers.ContainsVariable
	case name == "":
		d.Skip = managers.InvalidName
	}
	if version == "" {
		d.Skip = managers.UnspecifiedVersion
	} else {
		d.Value = managers.Field{Text: version, Start: ref.End() - len(version)}
	}
	return d
}

package maven

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/xmlspan"
)

// images returns the images with which Spring Boot's plugin makes an image.
func images(e *xmlspan.Element) []managers.Dep {
	if e.Name != "plugin" || e.Get("groupId").Text() != "org.springframework.boot" || e.Get("artifactId").Text() != "spring-boot-maven-plugin" {
		return nil
	}
	config := e.Get("configuration", "image")
	values := []xmlspan.Value{config.Get("builder").Value(), config.Get("runImage").Value()}
	var deps []managers.Dep
	for pack := range config.Get("buildpacks").All("buildpack") {
		values = append(values, pack.Value())
	}
	for _, v := range values {
		if d, ok := cloudNative(v); ok {
			deps = append(deps, d)
		}
	}
	return deps
}

var (
	buildpack = regexp.MustCompile(`^(?:urn:cnb:registry:)?([a-z0-9.-]+/[a-z0-9.-]+)@([^@/:]+)$`)
	imageName = regexp.MustCompile(`^` + image.Pattern + `$`)
)

// cloudNative returns the image or the registered buildpack that a text stands for.
func cloudNative(v xmlspan.Value) (managers.Dep, bool) {
	if m := buildpack.FindStringSubmatchIndex(v.Text); m != nil {
		d := managers.Dep{Name: v.Text[m[2]:m[3]], Datasource: "buildpacks-registry", Line: v.Line, Skip: managers.UnsupportedDatasource}
		d.Value, _ = v.Sub(m[4], m[5])
		return d, true
	}
	start := len(v.Text) - len(strings.TrimPrefix(strings.TrimPrefix(v.Text, "docker://"), "docker:/"))
	ref, ok := v.Sub(start, len(v.Text))
	if !ok || !imageName.MatchString(ref.Text) {
		return managers.Dep{}, false
	}
	d := image.Dep(ref)
	d.Line = v.Line
	if d.Value.IsZero() && d.Digest.IsZero() {
		return managers.Dep{}, false
	}
	return d, true
}

package githubactions

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/image"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// readDocument reads what only the structure of a workflow or action tells.
func readDocument(doc yamlspan.Node) []placed {
	var found []placed
	for _, job := range doc.Get("jobs").Pairs() {
		if job.IsAlias() {
			continue
		}
		found = append(found, readImage("container", job.Get("container"))...)
		for _, service := range job.Get("services").Pairs() {
			found = append(found, readImage("service", service)...)
		}
		found = append(found, readRunners(job.Get("runs-on"))...)
		found = append(found, readSteps(job.Get("steps"))...)
	}
	runs := doc.Get("runs")
	found = append(found, readSteps(runs.Get("steps"))...)
	if f := runs.Get("image").Field(); strings.HasPrefix(f.Text, "docker://") {
		skip := len("docker://")
		found = append(found, imageDep("docker", managers.Field{Text: f.Text[skip:], Start: f.Start + skip}, runs.Get("image"))...)
	}
	return found
}

// readImage reads a container or service: an image, or a mapping that has one.
func readImage(kind string, node yamlspan.Node) []placed {
	if node.IsAlias() {
		return nil // read where it is anchored
	}
	if node.IsMap() {
		node = node.Get("image")
	}
	if node.IsAlias() {
		return nil
	}
	return imageDep(kind, node.Field(), node)
}

func imageDep(kind string, ref managers.Field, node yamlspan.Node) []placed {
	if ref.IsZero() {
		return nil
	}
	d := image.Dep(ref)
	if d.Name == "" && d.Skip == "" {
		return nil
	}
	d.Kind, d.Line = kind, node.Line()
	return []placed{{d, ref.Start}}
}

// runner is a label of the runners that GitHub hosts.
var runner = regexp.MustCompile(`^(ubuntu|windows|macos)-(latest|\d+(?:\.\d+)?(?:-(?:x?large|intel|arm))?)$`)

// readRunners reads the labels of a job's runner: one, a list, or a mapping that has them.
func readRunners(node yamlspan.Node) []placed {
	if node.IsMap() {
		node = node.Get("labels")
	}
	labels := node.Items()
	if node.IsScalar() {
		labels = []yamlspan.Node{node}
	}
	var found []placed
	for _, label := range labels {
		f := label.Field()
		m := runner.FindStringSubmatch(f.Text)
		if m == nil || label.IsAlias() {
			continue
		}
		d := managers.Dep{Name: m[1], Kind: "github-runner", Datasource: "github-runners", Line: label.Line()}
		d.Value = managers.Field{Text: m[2], Start: f.End() - len(m[2])}
		if m[2] == "latest" {
			d.Skip = managers.InvalidVersion
		}
		found = append(found, placed{d, f.Start})
	}
	return found
}

// readSteps reads the versions that steps hand to actions.
func readSteps(steps yamlspan.Node) []placed {
	var found []placed
	for _, step := range steps.Items() {
		if step.IsAlias() {
			continue
		}
		uses := step.Get("uses").String()
		name, _, _ := strings.Cut(uses, "@")
		if i := strings.Index(name, "://"); i >= 0 { // as of another forge: its host does not count
			_, name, _ = strings.Cut(name[i+len("://"):], "/")
		}
		for _, t := range tools[strings.ToLower(name)] {
			if d, ok := t.dep(step.Get("with")); ok {
				if d.Line == 0 {
					d.Line = step.Get("uses").Line()
				}
				found = append(found, placed{d, max(d.Value.Start, step.Get("uses").Start())})
			}
		}
	}
	return found
}

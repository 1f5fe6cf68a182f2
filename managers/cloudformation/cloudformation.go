// Package cloudformation reads the images and Lambda runtimes that CloudFormation
// and SAM templates name.
package cloudformation

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/currant-bot/currant/managers"
	"github.com/currant-bot/currant/managers/internal/imagenode"
	"github.com/currant-bot/currant/managers/internal/yamlspan"
)

// Manager reads templates in YAML and JSON. Renovate has none for them; the places are those of
// the template reference of CloudFormation.
var Manager = &managers.Manager{
	Name: "cloudformation",
	Doc: `images and Lambda runtimes in CloudFormation and SAM templates

What a template's parameters and functions make up is listed and not changed.`,
	Files: []string{
		`/(^|/)[^/]*([Cc]loud-?[Ff]ormation|[Tt]emplate|[Ss]tack|cfn|sam)[^/]*\.(ya?ml|json|template)$/`,
		`/(^|/)([Cc]loud-?[Ff]ormation|cfn)/.+\.(ya?ml|json|template)$/`,
	},
	Categories:  []string{"iac"},
	Limits:      "What parameters and functions make up is shown, not changed.",
	Datasources: []string{"docker", "endoflife-date"},
	Extract:     extract,
}

// runtimes compares the names of Lambda runtimes, such as "python3.13", "nodejs22.x" and "java21": one language
// is not another's successor.
const runtimes = `regex:^(?<compatibility>[a-z]+)(?<major>\d+)(?:\.(?<minor>\d+))?(?:\.x)?$`

var runtime = regexp.MustCompile(`^([a-z]+)\d+(?:\.\d+)?(?:\.x)?$`)

// images are where resources of a type name an image; those of ECS have a list.
var images = map[string][]string{
	"AWS::AppRunner::Service":   {"SourceConfiguration", "ImageRepository", "ImageIdentifier"},
	"AWS::Batch::JobDefinition": {"ContainerProperties", "Image"},
	"AWS::CodeBuild::Project":   {"Environment", "Image"},
	"AWS::Lambda::Function":     {"Code", "ImageUri"},
	"AWS::Serverless::Function": {"ImageUri"},
	"AWS::SageMaker::Model":     {"PrimaryContainer", "Image"},
}

func extract(file managers.File) managers.Result {
	if !strings.Contains(file.Text, "AWS::") {
		return managers.Result{}
	}
	docs, problems := yamlspan.Documents(file)
	r := managers.Result{Problems: problems}
	for _, doc := range docs {
		for _, resource := range doc.Get("Resources").Pairs() {
			if !resource.IsAlias() {
				r.Deps = append(r.Deps, read(resource)...)
			}
		}
		r.Deps = append(r.Deps, runtimeOf(doc.Get("Globals", "Function"))...)
	}
	slices.SortStableFunc(r.Deps, func(a, b managers.Dep) int { return cmp.Compare(a.Line, b.Line) })
	return r
}

// read returns what one resource names.
func read(resource yamlspan.Node) (deps []managers.Dep) {
	kind, properties := resource.Get("Type").String(), resource.Get("Properties")
	add := func(n yamlspan.Node) {
		if n.IsAlias() || strings.HasPrefix(n.String(), "aws/codebuild/") {
			return // CodeBuild's own images are in no registry
		}
		if d, ok := imagenode.Dep(n, "docker"); ok {
			deps = append(deps, d)
		}
	}
	if path := images[kind]; path != nil {
		add(properties.Get(path...))
	}
	if kind == "AWS::ECS::TaskDefinition" {
		for _, container := range properties.Get("ContainerDefinitions").Items() {
			if !container.IsAlias() {
				add(container.Get("Image"))
			}
		}
	}
	if kind == "AWS::Lambda::Function" || kind == "AWS::Serverless::Function" {
		deps = append(deps, runtimeOf(properties)...)
	}
	return deps
}

// runtimeOf returns the runtime of a function.
func runtimeOf(function yamlspan.Node) []managers.Dep {
	n := function.Get("Runtime")
	field := n.Field()
	if n.IsAlias() || field.IsZero() {
		return nil
	}
	d := managers.Dep{
		Name: "aws-lambda", Kind: "lambda-runtime", Datasource: "endoflife-date", Versioning: runtimes, Value: field, Line: n.Line(),
	}
	switch m := runtime.FindStringSubmatch(field.Text); {
	case m != nil:
		d.Name, d.Package = m[1], "aws-lambda"
	case strings.Contains(field.Text, "$"), !n.IsString():
		d.Skip = managers.ContainsVariable
	default:
		d.Skip, d.Note = managers.NotAVersion, "the runtime "+field.Text+" has no version that could be compared"
	}
	return []managers.Dep{d}
}

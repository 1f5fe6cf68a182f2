// Command gen writes what githubtest knows of GitHub's interface, out of the
// descriptions that GitHub publishes as npm packages (both MIT, see
// ../NOTICE.md):
//
//   - ../../routes.txt: every operation of the REST interface, for routing;
//   - ../../skeletons.json: for each object that githubtest answers with, the
//     smallest value that satisfies its schema;
//   - ../github.json.gz: the description of the operations in
//     ../operations.txt, without prose, to validate exchanges against;
//   - ../github.graphql: the part of the GraphQL schema named in ../types.txt.
//
// It needs npm. Run it by "go generate" in package githubtest.
package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

// The versions that the generated files come from.
const (
	openapiPackage = "@octokit/openapi@23.0.2"
	graphqlPackage = "@octokit/graphql-schema@15.26.1"
)

func main() {
	if err := generate(); err != nil {
		log.Fatal(err)
	}
}

func generate() error {
	tmp, err := os.MkdirTemp("", "githubtest-gen")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	raw, err := unpack(tmp, openapiPackage, "package/generated/api.github.com.json")
	if err != nil {
		return err
	}
	var doc map[string]any
	if err := json.Unmarshal(raw, &doc); err != nil {
		return fmt.Errorf("reading the description: %w", err)
	}
	if err := writeRoutes(doc, "routes.txt"); err != nil {
		return err
	}
	ids, err := lines("spec/operations.txt")
	if err != nil {
		return err
	}
	small, err := prune(doc, ids)
	if err != nil {
		return err
	}
	if err := writeGzip("spec/github.json.gz", small); err != nil {
		return err
	}
	if err := writeSkeletons(doc, "spec/skeletons.txt", "skeletons.json"); err != nil {
		return err
	}
	schema, err := unpack(tmp, graphqlPackage, "package/schema.graphql")
	if err != nil {
		return err
	}
	return writeSchema(string(schema), "spec/types.txt", "spec/github.graphql")
}

// unpack fetches an npm package into dir and returns one of its files.
func unpack(dir, pkg, file string) ([]byte, error) {
	pack := exec.Command("npm", "pack", "--silent", pkg)
	pack.Dir, pack.Stderr = dir, os.Stderr
	name, err := pack.Output()
	if err != nil {
		return nil, fmt.Errorf("fetching %s: %w", pkg, err)
	}
	tar := exec.Command("tar", "xzf", strings.TrimSpace(string(name)), file)
	tar.Dir, tar.Stderr = dir, os.Stderr
	if err := tar.Run(); err != nil {
		return nil, fmt.Errorf("unpacking %s: %w", pkg, err)
	}
	return os.ReadFile(filepath.Join(dir, file))
}

// lines returns the lines of a file that are neither empty nor comments.
func lines(file string) ([]string, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if l := strings.TrimSpace(s.Text()); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out, nil
}

func writeGzip(file string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write(text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, buf.Bytes(), 0o644)
}

var methods = []string{"get", "post", "put", "patch", "delete"}

// writeRoutes writes a line "METHOD path operation" for each operation. A
// parameter that may span segments is written {name+}.
func writeRoutes(doc map[string]any, file string) error {
	var out []string
	for path, item := range object(doc["paths"]) {
		for _, m := range methods {
			op := object(object(item)[m])
			if op == nil {
				continue
			}
			p := path
			params, _ := op["parameters"].([]any)
			for _, raw := range params {
				if param := resolve(doc, raw); param["x-multi-segment"] == true {
					name := param["name"].(string)
					p = strings.ReplaceAll(p, "{"+name+"}", "{"+name+"+}")
				}
			}
			out = append(out, strings.ToUpper(m)+" "+p+" "+op["operationId"].(string))
		}
	}
	sort.Strings(out)
	head := "# Generated from " + openapiPackage + ", see spec/NOTICE.md. Do not edit.\n"
	return os.WriteFile(file, []byte(head+strings.Join(out, "\n")+"\n"), 0o644)
}

func object(v any) map[string]any {
	m, _ := v.(map[string]any)
	return m
}

// resolve follows a $ref within doc.
func resolve(doc map[string]any, v any) map[string]any {
	m := object(v)
	ref, ok := m["$ref"].(string)
	if !ok {
		return m
	}
	parts := strings.Split(strings.TrimPrefix(ref, "#/"), "/")
	var at any = doc
	for _, p := range parts {
		at = object(at)[p]
	}
	return resolve(doc, at)
}

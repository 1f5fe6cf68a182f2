package updater_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/currant-bot/currant/"

// TestImports keeps the dependency rule of docs/design.md.
func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		for _, imp := range p.Imports {
			if why := refused(name, imp); why != "" {
				t.Errorf("%s imports %s: %s", name, imp, why)
			}
		}
	}
}

type pkg struct {
	ImportPath string
	Imports    []string
}

// packages lists what the module's packages import, tests left out.
func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 30 {
		t.Fatalf("only %d packages", len(all))
	}
	return all
}

// effects are packages that what decides must stay away from.
var effects = []string{"os", "os/exec", "net", "net/http", "io/ioutil", "math/rand", "math/rand/v2", "crypto/rand", "syscall"}

// tables are packages that hold facts which managers need too: public registries, and versions of APIs.
var tables = []string{"datasources", "datasources/kubernetesapi/apis"}

// refused says why package name may not import imp; "" if it may.
func refused(name, imp string) string {
	own, isOwn := strings.CutPrefix(imp, module)
	under := func(dir string) bool { return strings.HasPrefix(name, dir+"/") }
	testing := strings.HasSuffix(name, "test") || strings.Contains(name, "/testdata/") // help for tests
	plugin := func(dir string) bool {
		return under(dir) && !strings.HasSuffix(name, "/all") && !strings.HasSuffix(name, "test")
	}
	switch {
	case isOwn && strings.HasSuffix(own, "/all") && !under("cmd"):
		return "only cmd and tests import a list of plugins"
	case plugin("managers") && isOwn && own != "managers" && !slices.Contains(tables, own) && !strings.HasPrefix(own, "managers/internal/"):
		return "a manager knows only package managers, and tables of facts"
	case plugin("managers") && slices.Contains(effects, imp):
		return "a manager reads nothing but what it is given"
	case plugin("datasources") && isOwn && own != "datasources" && !strings.HasPrefix(own, "datasources/"):
		return "a datasource knows only package datasources"
	case under("datasources/versioning") && !testing && slices.Contains(effects, imp):
		return "a versioning scheme is pure"
	case (name == "updater/plan" || name == "updater/policy" || name == "templating/rollout") && slices.Contains(effects, imp):
		return "what decides is pure"
	case name == "updater/plan" && isOwn && !slices.Contains([]string{"config", "datasources", "datasources/versioning", "managers", "templating/text", "updater/markdown", "updater/platform", "updater/policy"}, own):
		return "plan knows types only"
	case imp == "flag" || imp == "github.com/spf13/cobra" || imp == "github.com/spf13/pflag":
		if !under("cmd") && !testing {
			return "only cmd reads flags"
		}
	case imp == "helm.sh/helm/v3/pkg/repo" || imp == "helm.sh/helm/v3/pkg/action":
		return "it would double the size of the binary; index.yaml is read by datasources/helm"
	}
	return ""
}

package templating_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/templating"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/sandbox"
)

// hostile releases a template whose second version runs a task, and updates to it.
func hostile(w *world, task string, limits sandbox.Limits) templating.Outcome {
	w.t.Helper()
	w.release("bad", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
	w.release("bad", "v1.1.0", files{"copier.yml": "name: demo\n_tasks:\n  - |\n    " + strings.ReplaceAll(strings.TrimSpace(task), "\n", "\n    ") + "\n", "f": "2\n"})
	w.Limits = limits
	return w.update(templating.Job{To: "v1.1.0", Trust: templating.Sandbox, Tree: tree(files{".copier-answers.yml": answers("bad", "v1.0.0", "name: demo\n"), "f": "1\n"})})
}

func TestScenario07TaskSeesNoSecretsAndReachesNothing(t *testing.T) {
	w := newWorld(t)
	secret := filepath.Join(w.dir, "secret")
	if err := os.WriteFile(secret, []byte("t0p-secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := hostile(w, `
env > env.txt
cat /proc/*/environ > environ.txt 2>/dev/null
cat `+secret+` /root/.ssh/id_* /etc/shadow > files.txt 2>/dev/null
python3 -c 'import socket; socket.create_connection(("127.0.0.1", 9))' 2> net.txt
echo owned > `+secret+`
true`, copier.Limits())
	if out.Reason != nil {
		t.Fatalf("reason %+v\n%s", out.Reason, out.Log)
	}
	for _, name := range []string{"environ.txt", "files.txt"} {
		if f := out.Changes[name]; f == nil || f.Text != "" {
			t.Errorf("%s has %+v", name, f)
		}
	}
	if text := out.Changes["net.txt"].Text; !strings.Contains(text, "PermissionError") && !strings.Contains(text, "unreachable") {
		t.Errorf("it reached the network: %q", text)
	}
	for line := range strings.Lines(out.Changes["env.txt"].Text) {
		name, _, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, "GIT_") && !strings.HasPrefix(name, "COPIER_") && !strings.HasPrefix(name, "PYTHON") &&
			!strings.Contains(" PATH HOME TMPDIR LC_ALL NO_COLOR STAGE PWD OLDPWD SHLVL _ ", " "+name+" ") {
			t.Errorf("its environment has %s", line)
		}
	}
	if text, _ := os.ReadFile(secret); string(text) != "t0p-secret" {
		t.Errorf("the file outside is now %q", text)
	}
}

func TestScenario07TaskCannotRunAnythingThroughGit(t *testing.T) {
	w := newWorld(t)
	mark := filepath.Join(w.dir, "owned")
	out := hostile(w, `
if [ -d .git ]; then
for h in pre-commit post-index-change post-checkout; do printf '#!/bin/sh\ntouch `+mark+`\n' > .git/hooks/$h; chmod +x .git/hooks/$h; done
git config core.fsmonitor 'touch `+mark+`'
git config core.hooksPath .git/hooks
git config filter.x.clean 'touch `+mark+`; cat'
git config core.sshCommand 'touch `+mark+`'
fi
echo '* filter=x' > .gitattributes
mkdir -p sub && git init -q sub && git -C sub -c user.name=x -c user.email=x commit -q --allow-empty -m x`, copier.Limits())
	if out.Reason != nil {
		t.Fatalf("reason %+v\n%s", out.Reason, out.Log)
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("code of the template ran outside the sandbox")
	}
	for p := range out.Changes {
		if strings.Contains(p, ".git/") {
			t.Errorf("the changes have %s", p)
		}
	}
	if len(out.Warnings) == 0 || len(out.Holds) == 0 {
		t.Errorf("nothing is said of the repository in the work tree: %v, %v", out.Warnings, out.Holds)
	}
}

func TestLinkOutIsOnlyALink(t *testing.T) {
	w := newWorld(t)
	secret := filepath.Join(w.dir, "secret")
	if err := os.WriteFile(secret, []byte("t0p-secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := hostile(w, "ln -s "+secret+" stolen\nrm -rf .git\nln -s "+w.dir+" .git", copier.Limits())
	for p, f := range out.Changes {
		if f != nil && strings.Contains(f.Text, "t0p-secret") {
			t.Errorf("%s holds what it links to", p)
		}
	}
}

func TestRunawayTasksAreStopped(t *testing.T) {
	for name, tt := range map[string]struct {
		task   string
		limits func(*sandbox.Limits)
		want   copier.Code
	}{
		"endless":     {"while :; do :; done", func(l *sandbox.Limits) { l.Time = 4 * time.Second }, copier.Timeout},
		"fork bomb":   {"while :; do sleep 1000 & done", func(l *sandbox.Limits) { l.Processes = 60 }, copier.LimitExceeded},
		"huge output": {"while :; do head -c 1000000 /dev/zero; done", func(l *sandbox.Limits) { l.Time = 6 * time.Second }, copier.Timeout},
		"fills disk": {"i=0; while :; do i=$((i+1)); head -c 1000000 /dev/zero > f$i; done",
			func(l *sandbox.Limits) { l.Disk = 30 << 20 }, copier.LimitExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			limits := copier.Limits()
			tt.limits(&limits)
			if out := hostile(w, tt.task, limits); code(out) != tt.want {
				t.Errorf("reason %+v, want %q\n%s", out.Reason, tt.want, out.Log)
			}
		})
	}
}

// A template whose rendering is hostile, without any code that could be refused, is stopped too, and the next repository is updated.
func TestHostileRenderingIsStopped(t *testing.T) {
	for name, tt := range map[string]struct {
		files  files
		limits func(*sandbox.Limits)
		want   []copier.Code
	}{
		"endless loop": {files{"f.jinja": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}\n"},
			func(l *sandbox.Limits) { l.Time = 5 * time.Second }, []copier.Code{copier.Timeout}},
		"too long a range": {files{"f.jinja": "{% for a in range(9999999) %}{% endfor %}\n"}, func(*sandbox.Limits) {}, []copier.Code{copier.BadTemplate}},
		"endless text": {files{"f.jinja": "{% for a in range(99999) %}{% for b in range(9999) %}0123456789{% endfor %}{% endfor %}\n"},
			func(l *sandbox.Limits) { l.Time, l.Disk = 8*time.Second, 30<<20 }, []copier.Code{copier.Timeout, copier.LimitExceeded, copier.Failed}},
		"path outside":   {files{"{{ '../../../../' }}owned": "1\n"}, func(*sandbox.Limits) {}, []copier.Code{copier.BadTemplate, copier.Failed}},
		"absolute path":  {files{"{{ '/' }}{{ name }}/owned": "1\n"}, func(*sandbox.Limits) {}, []copier.Code{copier.BadTemplate, copier.Failed}},
		"git's own file": {files{".git{{ '' }}/hooks/pre-commit": "#!/bin/sh\ntouch owned\n"}, func(*sandbox.Limits) {}, []copier.Code{"", copier.BadTemplate, copier.Failed}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.release("bad", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
			w.release("bad", "v1.1.0", tt.files)
			w.release("good", "v1.0.0", files{"copier.yml": "name: demo\n", "f": "1\n"})
			w.release("good", "v1.1.0", files{"f": "2\n"})
			limits := copier.Limits()
			tt.limits(&limits)
			w.Limits = limits
			out := w.update(templating.Job{To: "v1.1.0", Tree: tree(files{".copier-answers.yml": answers("bad", "v1.0.0", "name: demo\n"), "f": "1\n"})})
			if !slices.Contains(tt.want, code(out)) {
				t.Errorf("reason %+v, want one of %q\n%s", out.Reason, tt.want, out.Log)
			}
			if out.Reason != nil && (out.Reason.Text == "" || strings.Contains(out.Reason.Text, w.dir)) {
				t.Errorf("the reason is %q", out.Reason.Text)
			}
			for p := range out.Changes {
				if strings.Contains(p, "..") || strings.HasPrefix(p, "/") || strings.Contains(p, ".git/") {
					t.Errorf("the changes have %q", p)
				}
			}
			w.Limits = sandbox.Limits{}
			next := w.update(templating.Job{To: "v1.1.0", Tree: tree(files{".copier-answers.yml": answers("good", "v1.0.0", "name: demo\n"), "f": "1\n"})})
			if next.Reason != nil || next.Changes["f"] == nil {
				t.Errorf("the next repository: reason %+v", next.Reason)
			}
		})
	}
}

package templating

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/currant-bot/currant/templating/audit"
	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/sandbox"
	"github.com/currant-bot/currant/updater/platform"
)

// permission is what of the template may run.
type permission struct {
	flags []string
	open  bool
}

// skipTasks keeps Copier from running a template's tasks.
const skipTasks = "--skip-tasks"

// permit decides what may run, by what both versions of the template contain. Copier looks at both: it renders both.
func (r *running) permit(ctx context.Context) (permission, error) {
	old, new := r.old.config, r.new.config
	var code []string
	if old.Extensions || new.Extensions {
		code = append(code, "Jinja extensions")
	}
	if len(new.Applicable(r.old.Name, r.new.Name, r.u.Versions)) > 0 {
		code = append(code, "migrations")
	}
	tasks := old.Tasks || new.Tasks
	if !tasks && len(code) == 0 {
		return permission{}, nil
	}
	switch r.job.Trust {
	case Full:
		return permission{flags: []string{"--trust"}, open: true}, nil
	case Sandbox:
		report, err := r.u.Engine.Enforced(ctx)
		if err != nil || !report.Tight() {
			return permission{}, refuse(SandboxUnavailable, "template %s runs code, and this machine cannot contain it (%s)", r.source.ID, report)
		}
		return permission{flags: []string{"--trust"}}, nil
	case Render, "":
		if len(code) == 0 && !old.Outside() && !new.Outside() {
			return permission{flags: []string{"--trust", skipTasks}}, nil
		}
		if len(code) == 0 {
			code = append(code, "tasks, beside data from outside the repository")
		}
	default:
		if tasks {
			code = append(code, "tasks")
		}
	}
	return permission{}, refuse(copier.NeedsTrust, "template %s needs to run code (%s): allow it for this template with the trust level %q", r.source.ID, strings.Join(code, ", "), Sandbox)
}

// prepare finds out what may run, and by which Copier.
func (r *running) prepare(ctx context.Context) error {
	var err error
	if r.allowed, err = r.permit(ctx); err != nil {
		return err
	}
	if err := r.unanswered(); err != nil {
		return err
	}
	if r.tool, err = r.u.Engine.Find(ctx); err != nil {
		return err
	}
	for _, v := range []version{r.old, r.new} {
		if min := v.config.MinCopier; min != "" && r.u.Versions.Valid(min) && r.u.Versions.Compare(r.tool.Version, min) < 0 {
			return refuse(copier.CopierTooOld, "template %s needs Copier %s at %s, and this is %s", r.source.ID, min, v.Name, r.tool.Version)
		}
	}
	return nil
}

// unanswered says no if it is plain that a question has neither answer nor default: Copier would say it of the first alone, and after
// migrations ran. What only rendering tells is left to Copier.
func (r *running) unanswered() error {
	var missing []copier.Question
	var names []string
	for _, q := range r.new.config.Questions {
		_, answered := r.before.Answers[q.Name]
		_, given := r.job.Data[q.Name]
		if !q.Default && q.When == "" && q.Type == "str" && !answered && !given {
			missing = append(missing, q)
			names = append(names, strconv.Quote(q.Name))
		}
	}
	if missing == nil {
		return nil
	}
	return &refusal{Reason{Code: copier.NeedsAnswer, Questions: missing, Text: fmt.Sprintf(
		"template %s asks %s from %s on, and there is neither an answer nor a default", r.source.ID, strings.Join(names, ", "), r.new.Name)}}
}

// run runs Copier and leaves what it did in the work tree. Meanwhile the old version is rendered for the audit.
func (r *running) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	base := make(chan rendered, 1)
	if r.job.Audit != audit.Off {
		go func() { base <- r.renderOld(ctx, "base") }()
	} else {
		base <- rendered{}
	}
	err := r.runUpdate(ctx)
	if err != nil {
		cancel()
	}
	r.base = <-base // also after a failure: it writes into our folder
	return err
}

func (r *running) runUpdate(ctx context.Context) error {
	args, err := r.args(r.allowed)
	if err != nil {
		return err
	}
	res, err := r.copier(ctx, args, r.checkout.work, "job")
	if err != nil {
		return err
	}
	for _, m := range r.new.config.Applicable(r.old.Name, r.new.Name, r.u.Versions) {
		r.out.Ran = append(r.out.Ran, m.Command)
	}
	r.out.Log, r.out.Took, r.out.Enforced = r.log(res), res.Took, res.Enforced.String()
	if r.allowed.open {
		r.out.Enforced = "nothing: the template is fully trusted"
	}
	if f := copier.Classify(res); f != (copier.Failure{}) {
		return r.explain(f)
	}
	return nil
}

// copier runs Copier in a folder, with another of ours for what else it writes.
func (r *running) copier(ctx context.Context, args []string, work, job string) (copier.Result, error) {
	limits := r.u.Limits
	if limits == (sandbox.Limits{}) {
		limits = copier.Limits()
	}
	return r.u.Engine.Run(ctx, copier.Run{
		Args: args, Work: work, Job: filepath.Join(r.dir, job), Read: []string{filepath.Join(r.mirror.Dir(), "objects")},
		Views: []copier.View{{Dir: r.view, URLs: r.source.Spellings()}}, Open: r.allowed.open, Limits: limits,
	})
}

// target returns the answers file as seen from the project's folder, and that folder as seen from the top.
func (r *running) target() (answers, dir string) {
	if r.out.Root == "" {
		return r.job.Answers, "."
	}
	return strings.TrimPrefix(r.job.Answers, r.out.Root+"/"), "./" + r.out.Root
}

func (r *running) args(p permission) ([]string, error) {
	rel, target := r.target()
	args := []string{"update", "--defaults", "--skip-answered", "--conflict=inline", "--answers-file=" + rel, "--vcs-ref=" + r.new.Name}
	args = append(args, p.flags...)
	if len(r.job.Data) > 0 {
		file := filepath.Join(r.dir, "job", "answers.json")
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, fmt.Errorf("making room for answers: %w", err)
		}
		if err := copier.Data(file, r.job.Data); err != nil {
			return nil, err
		}
		args = append(args, "--data-file="+file)
	}
	return append(args, target), nil
}

// log returns the end of what Copier wrote, with our folders and secrets taken out.
func (r *running) log(res copier.Result) string {
	text := r.clean(strings.TrimSpace(strings.TrimSpace(res.Stdout) + "\n" + strings.TrimSpace(res.Stderr)))
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

// clean takes our folders and secrets out of a text.
func (r *running) clean(text string) string {
	text = strings.ReplaceAll(text, r.dir, "[...]")
	if r.source.Secret {
		text = strings.ReplaceAll(text, r.source.Asked, r.source.String())
	}
	for _, value := range r.job.Data {
		if s, ok := value.(string); ok && len(s) >= 6 {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}

// explain makes a reason of a failure of Copier's.
func (r *running) explain(f copier.Failure) error {
	id := r.source.ID
	switch f.Code {
	case copier.NeedsAnswer:
		no := &refusal{Reason{Code: f.Code, Text: fmt.Sprintf("template %s asks %q from %s on, and there is neither an answer nor a default", id, f.Detail, r.new.Name)}}
		if i := slices.IndexFunc(r.new.config.Questions, func(q copier.Question) bool { return q.Name == f.Detail }); i >= 0 {
			no.Questions = r.new.config.Questions[i : i+1]
		}
		return no
	case copier.BadAnswer:
		return refuse(f.Code, "template %s no longer accepts the answer to %q", id, f.Detail)
	case copier.NeedsTrust:
		return refuse(f.Code, "template %s needs to run code (%s)", id, f.Detail)
	case copier.TaskFailed:
		return refuse(f.Code, "a task of template %s failed: %s", id, f.Detail)
	case copier.Timeout:
		return refuse(f.Code, "template %s did not finish in time", id)
	case copier.LimitExceeded:
		return refuse(f.Code, "template %s was stopped: %s", id, f.Detail)
	case copier.ExtensionMissing:
		return refuse(f.Code, "template %s needs Jinja extensions that are not installed beside Copier: %s", id, f.Detail)
	}
	return refuse(f.Code, "Copier could not update to %s of %s: %s", r.new.Name, id, f.Detail)
}

// judge reads the result from the files.
func (r *running) judge(ctx context.Context) error {
	all, err := r.checkout.collect(ctx)
	if errors.Is(err, errTooLarge) {
		return refuse(TooLarge, "%v", err)
	}
	if err != nil {
		return err
	}
	r.out.Warnings = append(r.out.Warnings, all.strange...)
	marked := make(map[string]string)
	for p, f := range all.changes {
		if f != nil && len(hunks(f.Text)) > 0 {
			marked[p] = f.Text
		}
	}
	known := func(p string, h hunk) (resolution, bool) {
		return r.u.Resolutions.find(r.job.Repository, r.source.ID, p, h)
	}
	if r.out.Conflicts, r.out.Settled, err = conflicts(all, r.job.Settle, known); err != nil {
		return err
	}
	if err := r.u.Resolutions.propose(ctx, r.job.Repository, proposal{Template: r.source.ID, Version: r.new.Name, Answers: r.job.Answers}, marked); err != nil {
		return err
	}
	for _, c := range r.out.Settled {
		if c.By == Replayed && len(c.From) < 2 {
			r.out.Holds = append(r.out.Holds, fmt.Sprintf("%s is resolved as in %s, for the first time elsewhere", c.Path, c.From[0]))
		}
	}
	for _, c := range slices.Concat(r.out.Conflicts, r.out.Settled) {
		if (c.Kept || c.By != "") && r.same(ctx, c.Path, all.changes[c.Path]) {
			delete(all.changes, c.Path)
		}
	}
	r.out.Changes, r.out.Reads = all.changes, slices.Sorted(maps.Keys(r.othersNow(ctx)))
	if len(all.strange) > 0 {
		r.out.Holds = append(r.out.Holds, "parts of the result were left out")
	}
	for p := range all.changes {
		if r.out.Root != "" && !strings.HasPrefix(p, r.out.Root+"/") {
			return refuse(WrongRoot, "the update changed %s, which is not in the project's folder %s", p, r.out.Root)
		}
	}
	if err := r.judgeAnswers(ctx, all.changes[r.job.Answers]); err != nil {
		return err
	}
	r.out.Notes, err = r.u.notes(ctx, r.mirror, r.old.Ref, r.new.Ref)
	return err
}

// same reports whether f is what the commit that the update began with has at path.
func (r *running) same(ctx context.Context, path string, f *platform.File) bool {
	text, ok := r.checkout.read(ctx, path)
	entry, err := r.checkout.ours(ctx, "ls-tree", r.checkout.commit, "--", path)
	return ok && err == nil && f != nil && text == f.Text && strings.HasPrefix(entry, modes[f.Mode]+" ")
}

// replaced reports whether an answer is another although nobody gave one. That the template no longer asks is no other answer.
func (r *running) replaced(a AnswerChange) bool {
	_, given := r.job.Data[a.Key]
	asked := slices.ContainsFunc(r.new.config.Questions, func(q copier.Question) bool { return q.Name == a.Key })
	return a.Old != "" && !given && (a.New != "" || asked)
}

// judgeAnswers checks that the answers file now names the wanted version, and what else changed in it.
func (r *running) judgeAnswers(ctx context.Context, f *platform.File) error {
	if f == nil && r.job.Refresh {
		return nil // the answers are as they were
	}
	if f == nil {
		return refuse(NotApplied, "Copier ended without an error and did not record %s in %s", r.new.Name, r.job.Answers)
	}
	after, err := ReadLink(f.Text)
	if err != nil {
		return refuse(NotApplied, "after the update %s cannot be read: %v", r.job.Answers, err)
	}
	if got := r.resolve(ctx, after.Commit); got != r.new.Commit {
		return refuse(NotApplied, "after the update %s names %q, which is not %s", r.job.Answers, after.Commit, r.new.Name)
	}
	r.out.Answers = answerChanges(r.before, after)
	for _, a := range r.out.Answers {
		if r.replaced(a) {
			r.out.Holds = append(r.out.Holds, fmt.Sprintf("the answer to %q changed", a.Key))
		}
	}
	return nil
}

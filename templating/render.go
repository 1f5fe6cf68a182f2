package templating

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/currant-bot/currant/templating/copier"
	"github.com/currant-bot/currant/templating/memo"
)

const (
	maxRenders   = 256 << 20 // bytes of renderings that are kept
	countRenders = 4096
	maxOthers    = 20 // other answers files
)

// A rendered is a version of the template rendered from nothing: the name of a tree in our repository, or
// why there is none.
type rendered struct {
	tree string
	err  error
}

// A rendering is what is to be rendered.
type rendering struct {
	name    string // of its folder
	version *version
	data    string            // answers, as YAML
	others  map[string]string // answers files of other templates, by path
	exclude []string          // patterns besides the version's own
	fresh   bool              // it is not taken from what was rendered before
}

// renderOld renders the version in use as Copier does before it compares: with the answers of then,
// and without what the new version excludes.
func (r *running) renderOld(ctx context.Context, name string) rendered {
	text, _ := r.checkout.read(ctx, r.job.Answers)
	data, err := answersData(text, nil)
	if err != nil {
		return rendered{err: err}
	}
	others := r.othersThen(ctx)
	return r.render(ctx, rendering{name: name, version: &r.old, data: data, others: others, exclude: r.new.config.Exclude, fresh: name != "base"})
}

// renderNew renders the wanted version with the answers that the update came to.
func (r *running) renderNew(ctx context.Context, name string) rendered {
	data, err := answersData(r.answersNow(ctx), r.job.Data)
	if err != nil {
		return rendered{err: err}
	}
	left, err := r.leftOver(ctx)
	if err != nil {
		return rendered{err: err}
	}
	data = cmp.Or(strings.TrimPrefix(data, "{}\n")+left, "{}\n")
	return r.render(ctx, rendering{name: name, version: &r.new, data: data, others: r.othersNow(ctx), fresh: name != "new"})
}

// answersNow is the text of the answers file after the update.
func (r *running) answersNow(ctx context.Context) string {
	if f := r.out.Changes[r.job.Answers]; f != nil {
		return f.Text
	}
	text, _ := r.checkout.read(ctx, r.job.Answers)
	return text
}

// leftOver returns the lines of the answers that the update left out because nothing asks for them any more. Copier still renders
// with them.
func (r *running) leftOver(ctx context.Context) (string, error) {
	after, err := ReadLink(r.answersNow(ctx))
	if err != nil {
		return "", err
	}
	without := maps.Clone(r.job.Data)
	if without == nil {
		without = make(map[string]any)
	}
	for key := range after.Answers {
		without[key] = nil
	}
	for _, q := range r.new.config.Questions {
		without[q.Name] = nil
	}
	text, _ := r.checkout.read(ctx, r.job.Answers)
	return answersLines(text, without)
}

// render makes a rendering, or takes it from those of before. Repositories with the same answers share theirs.
func (r *running) render(ctx context.Context, what rendering) rendered {
	args := r.renderArgs(what)
	key := ""
	if r.repeatable() {
		parts := []string{r.source.ID, r.source.Asked, what.version.Commit, r.tool.Version, what.data, r.out.Root}
		for _, p := range slices.Sorted(maps.Keys(what.others)) {
			parts = append(parts, p, what.others[p])
		}
		key = memo.Key(append(parts, args...)...)
	}
	m := memo.Memo{Dir: filepath.Join(r.u.Scratch, "renderings"), Most: maxRenders, Count: countRenders}
	if key != "" && !what.fresh {
		if value, ok := m.Get(key); ok {
			if tree, ok := r.checkout.unpack(ctx, value); ok {
				return rendered{tree: tree}
			}
		}
	}
	tree, err := r.renderNow(ctx, what, args)
	if err != nil {
		return rendered{err: err}
	}
	if key != "" {
		if value, err := r.checkout.pack(ctx, tree); err == nil {
			_ = m.Put(key, value) // where there is no room it is rendered again next time
		}
	}
	return rendered{tree: tree}
}

// repeatable reports whether renderings depend on nothing but what they are made from: no code of the template
// runs, and no answer is too secret for a file that stays.
func (r *running) repeatable() bool {
	ran := len(r.allowed.flags) > 0 && !slices.Contains(r.allowed.flags, skipTasks)
	return !ran && len(r.old.config.Secrets)+len(r.new.config.Secrets) == 0
}

func (r *running) renderArgs(what rendering) []string {
	rel, target := r.target()
	args := []string{"copy", "--defaults", "--quiet", "--overwrite", "--answers-file=" + rel, "--vcs-ref=" + what.version.Name}
	for _, pattern := range what.exclude {
		args = append(args, "--exclude="+pattern)
	}
	args = append(args, r.allowed.flags...)
	return append(args, "--", r.before.Source, target)
}

// renderNow runs Copier in a new folder of the same name as the copy of the repository has, since templates can see it.
func (r *running) renderNow(ctx context.Context, what rendering, args []string) (string, error) {
	dir := filepath.Join(r.dir, what.name)
	work := filepath.Join(dir, "work")
	files := map[string]string{filepath.Join(dir, "job", "answers.yml"): what.data}
	for p, text := range what.others {
		files[filepath.Join(work, filepath.FromSlash(p))] = text
	}
	if err := os.MkdirAll(filepath.Join(work, filepath.FromSlash(r.out.Root)), 0o755); err != nil {
		return "", fmt.Errorf("making room for a rendering: %w", err)
	}
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return "", fmt.Errorf("making room for a rendering: %w", err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return "", fmt.Errorf("making room for a rendering: %w", err)
		}
	}
	args = slices.Insert(slices.Clone(args), 1, "--data-file="+filepath.Join(dir, "job", "answers.yml"))
	res, err := r.copier(ctx, args, work, filepath.Join(what.name, "job"))
	if err != nil {
		return "", err
	}
	if f := copier.Classify(res); f != (copier.Failure{}) {
		var no *refusal
		if errors.As(r.explain(f), &no) {
			return "", fmt.Errorf("rendering %s: %s", what.version.Name, no.Text)
		}
	}
	return r.checkout.add(ctx, filepath.Join(work, filepath.FromSlash(r.out.Root)), what.name)
}

// othersNow returns the answers files of other templates that both versions read, as they are now.
func (r *running) othersNow(ctx context.Context) map[string]string {
	all := make(map[string]string)
	for _, p := range r.others(ctx) {
		if text, ok := r.checkout.read(ctx, p); ok && len(all) < maxOthers {
			all[p] = text
		}
	}
	return all
}

// others returns the paths of answers files that the template reads, besides its own. Where a path is
// an expression, it is any that may be one.
func (r *running) others(ctx context.Context) []string {
	var all []string
	for _, config := range []copier.Config{r.old.config, r.new.config} {
		for _, p := range config.External {
			if !strings.Contains(p, "{") {
				all = append(all, path.Join(r.out.Root, p))
				continue
			}
			project, _ := r.checkout.paths(ctx)
			for p := range project {
				if name := path.Base(p); strings.Contains(name, "answers") && (strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")) {
					all = append(all, p)
				}
			}
		}
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(p string) bool { return p == r.job.Answers || !safe(p) })
}

// othersThen returns them as of the commit that last changed this template's answers file. Where that is not known there
// are none: that is how Copier renders the old version, so that every value counts as an edit.
func (r *running) othersThen(ctx context.Context) map[string]string {
	if r.job.Before != nil {
		all := r.othersNow(ctx)
		maps.Copy(all, r.job.Before)
		return all
	}
	all := make(map[string]string)
	paths := r.others(ctx)
	if len(paths) == 0 {
		return all
	}
	t := r.job.Tree
	change := t.last(ctx, r.u.Git, r.job.Answers)
	if !change.known {
		return all
	}
	for _, p := range paths {
		if text, err := t.in(ctx, r.u.Git, "cat-file", "blob", change.commit+":"+p); err == nil && len(all) < maxOthers {
			all[p] = text
		}
	}
	return all
}

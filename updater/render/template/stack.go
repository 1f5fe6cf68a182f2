package template

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/plan"
	"github.com/currant-bot/currant/updater/platform"
	"github.com/currant-bot/currant/updater/render"
)

// Stack updates several layers, one on top of the other, with a commit for each. It stops at the first that cannot be made, or conflicts:
// what stands on it is left for the next pass.
func (r *Renderer) Stack(ctx context.Context, s render.Snapshot, all []plan.Member) (render.Change, error) {
	all = plan.Layers(all)
	var steps []platform.Step
	c := render.Change{Files: make(platform.Changeset)}
	for i, m := range all {
		job, err := r.job(ctx, s, m)
		if err != nil {
			return render.Change{}, err
		}
		job.Tree = job.Tree.With(c.Files)
		out, err := r.Updater.Update(ctx, job)
		if err != nil {
			return render.Change{}, err
		}
		if out.Reason != nil {
			why := refusal(*out.Reason)
			if i == 0 {
				return render.Change{}, why
			}
			return stopped(c, steps, all[i:], why), nil
		}
		add(&c, changeOf(out, m))
		steps = append(steps, platform.Step{Message: fmt.Sprintf("Update %s to %s", plan.TemplateName(m.Decision.Package), m.Update.Value), Changes: out.Changes})
		if len(out.Conflicts) > 0 && i+1 < len(all) {
			return stopped(c, steps, all[i+1:], errors.New("the layer beneath has conflicts")), nil
		}
	}
	return finished(c, steps), nil
}

// add puts a layer's change on top of those before it.
func add(c *render.Change, more render.Change) {
	maps.Copy(c.Files, more.Files)
	c.Notes, c.Warnings = append(c.Notes, more.Notes...), append(c.Warnings, more.Warnings...)
	c.Mark.Draft = c.Mark.Draft || more.Mark.Draft
	c.Mark.Prefix = cmp.Or(c.Mark.Prefix, more.Mark.Prefix)
	c.Mark.Reads = append(c.Mark.Reads, more.Mark.Reads...)
	for _, l := range more.Mark.Labels {
		if !slices.Contains(c.Mark.Labels, l) {
			c.Mark.Labels = append(c.Mark.Labels, l)
		}
	}
	if c.Mark.Status == nil || more.Mark.Status.State == platform.Failed {
		c.Mark.Status = more.Mark.Status
	}
}

// finished makes the last step the branch's own commit.
func finished(c render.Change, steps []platform.Step) render.Change {
	c.Earlier = steps[:len(steps)-1]
	return c
}

// stopped says which layers are missing, and why.
func stopped(c render.Change, steps []platform.Step, missing []plan.Member, why error) render.Change {
	var names []string
	for _, m := range missing {
		names = append(names, plan.TemplateName(m.Decision.Package))
	}
	text := fmt.Sprintf("These layers are not in this pull request: %s. It stopped there: %s", strings.Join(names, ", "), why)
	c.Notes = append([]string{"**⚠️ " + plan.Quiet(plain.Replace(text)) + "**"}, c.Notes...)
	c.Warnings = append(c.Warnings, text)
	return finished(c, steps)
}

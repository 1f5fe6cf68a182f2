package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// detected lists all dependencies by base branch, manager and file, in at most limit bytes. The form is Renovate's.
func (d Dashboard) detected(limit int) string {
	var out strings.Builder
	out.WriteString("## Detected Dependencies\n\n")
	n, left := 0, 0
	for _, i := range d.Bases {
		closing := 0
		if len(d.Bases) > 1 {
			fold(&out, "Branch "+Quiet(i.Base))
			closing++
		}
		n, left = i.write(&out, limit-300, n, left)
		unfold(&out, closing)
	}
	switch {
	case limit < 400:
		return "" // what waits is more important
	case n == 0:
		out.WriteString("None detected.\n\n")
	case left > 0:
		fmt.Fprintf(&out, "*%d more are not shown: the text would be too long for the host.*\n\n", left)
	}
	return out.String()
}

func fold(out *strings.Builder, summary string) {
	out.WriteString("<details><summary>" + summary + "</summary>\n<blockquote>\n\n")
}

func unfold(out *strings.Builder, n int) {
	out.WriteString(strings.Repeat("</blockquote>\n</details>\n\n", n))
}

// write lists what was found, and counts what is shown and what there was no room for.
func (i Inventory) write(out *strings.Builder, limit, n, left int) (int, int) {
	managers := make(map[string]map[string][]Decision)
	for _, x := range i.Decisions {
		if managers[x.Manager] == nil {
			managers[x.Manager] = make(map[string][]Decision)
		}
		managers[x.Manager][x.Path] = append(managers[x.Manager][x.Path], x)
	}
	for _, m := range slices.Sorted(maps.Keys(managers)) {
		files := managers[m]
		if out.Len() > limit {
			for _, ds := range files {
				left += len(ds)
			}
			continue
		}
		fold(out, fmt.Sprintf("%s (%d)", Quiet(m), len(files)))
		for _, path := range slices.Sorted(maps.Keys(files)) {
			if out.Len() > limit {
				left += len(files[path])
				continue
			}
			fmt.Fprintf(out, "<details><summary>%s (%d)</summary>\n\n", Quiet(path), len(files[path]))
			for _, x := range files[path] {
				if out.Len() > limit {
					left++
					continue
				}
				n++
				out.WriteString(" - " + x.detected() + "\n")
			}
			out.WriteString("\n</details>\n\n")
		}
		unfold(out, 1)
	}
	return n, left
}

// detected is a dependency as the dashboard lists it.
func (d Decision) detected() string {
	name := d.Dep.Name
	if v := d.Value(); v != "" {
		name += " " + v
	}
	if g := d.Dep.Digest.Text; g != "" {
		name += "@" + digestShort(g)
	}
	line := code(name)
	var updates []string
	for _, u := range d.Updates {
		to := u.Value
		if to == d.Value() || u.Type == "digest" || u.Type == "pinDigest" {
			to = digestShort(u.Digest)
		}
		if to = code(to); !slices.Contains(updates, to) {
			updates = append(updates, to)
		}
	}
	if len(updates) > 0 {
		line += " → [Updates: " + strings.Join(updates, ", ") + "]"
	}
	return line
}

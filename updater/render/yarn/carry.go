package yarn

import (
	"slices"
	"strings"

	"github.com/currant-bot/currant/updater/render/lockfile"
)

// carry makes the entry for an exact version the one for the range too: Yarn knows entries by what
// manifests say, and would resolve a range that it has not seen anew.
func carry(lock string, changes []lockfile.Change) string {
	for _, c := range changes {
		if c.Exact == "" || c.Value == "" || c.Exact == c.Value {
			continue
		}
		protocol := ""
		if form(lock) > 0 {
			protocol = "npm:"
		}
		lock = rekey(lock, c.Name+"@"+protocol+c.Exact, c.Name+"@"+protocol+c.Value)
	}
	return lock
}

// rekey adds the pattern also to the entry that has the pattern has, and takes it from all others.
func rekey(lock, has, also string) string {
	blocks := strings.Split(lock, "\n\n")
	if !slices.ContainsFunc(blocks, func(b string) bool { return slices.Contains(patterns(b), has) }) {
		return lock
	}
	var out []string
	for _, b := range blocks {
		list := patterns(b)
		switch {
		case slices.Contains(list, has) && !slices.Contains(list, also):
			b = withPatterns(b, append(list, also))
		case !slices.Contains(list, has) && slices.Contains(list, also):
			list = slices.DeleteFunc(list, func(p string) bool { return p == also })
			if len(list) == 0 {
				continue
			}
			b = withPatterns(b, list)
		}
		out = append(out, b)
	}
	return strings.Join(out, "\n\n")
}

// key returns the first line of an entry, and where it is in the block; "" if the block is none.
func key(block string) (line string, start int) {
	for start < len(block) {
		line, _, _ = strings.Cut(block[start:], "\n")
		if line != "" && line[0] != '#' {
			if line[0] == ' ' || !strings.HasSuffix(line, ":") {
				return "", 0
			}
			return line, start
		}
		start += len(line) + 1
	}
	return "", 0
}

func patterns(block string) []string {
	line, _ := key(block)
	if line == "" {
		return nil
	}
	var out []string
	for p := range strings.SplitSeq(strings.TrimSuffix(line, ":"), ", ") {
		out = append(out, strings.Trim(p, `"`))
	}
	return out
}

// withPatterns returns block with other patterns, quoted as in its first line.
func withPatterns(block string, list []string) string {
	line, start := key(block)
	list = slices.Clone(list)
	slices.Sort(list)
	text := strings.Join(list, ", ")
	if strings.Contains(line, "@npm:") { // of Yarn 2 or newer: one text of all
		text = `"` + text + `"`
	} else {
		for i, p := range list {
			if strings.HasPrefix(p, "@") || strings.ContainsAny(p, " :") {
				list[i] = `"` + p + `"`
			}
		}
		text = strings.Join(list, ", ")
	}
	return block[:start] + text + ":" + block[start+len(line):]
}

package templating

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/templating/copier"
)

// defaultAnswers is where Copier keeps answers unless the template or the user says otherwise.
const defaultAnswers = ".copier-answers.yml"

var expression = regexp.MustCompile(`\{\{.*?\}\}|\{%.*?%\}|\[\[.*?\]\]`)

// root works out which folder a template was applied to, from where its answers
// file is. ok is false if that cannot be told. Copier run in the wrong folder
// ends well and writes rubbish, so a guess must be borne out by files of the template.
func root(answers string, c copier.Config, template []string, project map[string]bool) (dir string, ok bool) {
	if !fs.ValidPath(answers) {
		return "", false // and going up from it might not end
	}
	name := c.AnswersFile
	if name == "" {
		name = defaultAnswers
	}
	if dir, ok := cut(answers, name); ok {
		return dir, true
	}
	folder := path.Dir(answers)
	static := staticFiles(c, template)
	best, most := "", 0
	for {
		n := 0
		for _, f := range static {
			if project[path.Join(folder, f)] {
				n++
			}
		}
		if n > most {
			best, most = folder, n
		}
		if folder == "." {
			break
		}
		folder = path.Dir(folder)
	}
	if most == 0 {
		return dirOf(path.Dir(answers)), len(static) == 0
	}
	return dirOf(best), true
}

func dirOf(p string) string {
	if p == "." {
		return ""
	}
	return p
}

// cut takes name, which may hold expressions, off the end of a path.
func cut(answers, name string) (dir string, ok bool) {
	var pattern strings.Builder
	last := 0
	for _, at := range expression.FindAllStringIndex(name, -1) {
		pattern.WriteString(regexp.QuoteMeta(name[last:at[0]]))
		pattern.WriteString(`[^/]*`)
		last = at[1]
	}
	pattern.WriteString(regexp.QuoteMeta(path.Clean(name[last:])))
	text := pattern.String()
	if last > 0 && name[last:] == "" {
		text = strings.TrimSuffix(text, `\.`) // Clean's word for nothing
	}
	if strings.Trim(text, `[^/]*`) == "" {
		return "", false // any name would do
	}
	re, err := regexp.Compile(`^(?:(.*)/)?` + text + `$`)
	if err != nil {
		return "", false
	}
	m := re.FindStringSubmatch(answers)
	if m == nil {
		return "", false
	}
	return m[1], true
}

// staticFiles returns the files of a template whose place in a project is known without rendering.
func staticFiles(c copier.Config, template []string) []string {
	if expression.MatchString(c.Folder) {
		return nil
	}
	var all []string
	for _, f := range template {
		rest, ok := strings.CutPrefix(f, prefix(c.Folder))
		if !ok || expression.MatchString(rest) || c.Folder == "" && (strings.HasPrefix(rest, "copier.y") || strings.HasPrefix(rest, ".git/")) {
			continue
		}
		if c.Suffix != "" {
			rest = strings.TrimSuffix(rest, c.Suffix)
		}
		all = append(all, rest)
	}
	return all
}

// prefix returns what the paths of files in dir begin with.
func prefix(dir string) string {
	dir = strings.Trim(path.Clean("/"+dir), "/")
	if dir == "" {
		return ""
	}
	return dir + "/"
}

package changelog

import (
	"regexp"
	"strings"
)

// A Section is what a changelog says of one version.
type Section struct{ Version, Text string }

var (
	// A heading is a version alone, as far as it begins: "## [1.2.0] - 2026-01-31", "# v1.2.0", "### tool@1.2.0",
	// "## Version 1.2.0".
	heading = regexp.MustCompile(`^ {0,3}(#{1,4})[ \t]+` + titled)
	version = regexp.MustCompile(`^` + titled)
	under   = regexp.MustCompile(`^ {0,3}(=+|-+)[ \t]*$`)
	fence   = regexp.MustCompile("^ {0,3}(```+|~~~+)")
)

const titled = `[*_` + "`" + `]{0,3}\[?(?:(?i:version|release)[ \t]+)?(?:@?[A-Za-z][\w./-]*@)?v?([0-9]+(?:\.[0-9]+)+[^\s\]*_` + "`" + `(),:/]*)`

// Sections returns the sections of a changelog in its order. Of a version that is told of twice the first counts.
func Sections(text string) []Section {
	p := parser{seen: make(map[string]bool)}
	lines := strings.SplitAfter(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	code := ""
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], "\n")
		if m := fence.FindStringSubmatch(line); m != nil {
			switch {
			case code == "":
				code = m[1]
			case strings.HasPrefix(m[1], code) && strings.TrimSpace(line) == m[1]:
				code = ""
			}
		}
		next := ""
		if i+1 < len(lines) {
			next = strings.TrimRight(lines[i+1], "\n")
		}
		switch m := heading.FindStringSubmatch(line); {
		case code != "":
			p.add(lines[i])
		case m != nil:
			p.begin(m[2], len(m[1]))
		case strings.TrimSpace(line) != "" && under.MatchString(next) && (next[0] == '=' || version.MatchString(line)):
			depth := 1
			if strings.Contains(next, "-") {
				depth = 2
			}
			if m := version.FindStringSubmatch(line); m != nil {
				p.begin(m[1], depth)
			} else {
				p.other(depth)
				p.add(lines[i])
				p.add(lines[i+1])
			}
			i++
		default:
			if level := len(line) - len(strings.TrimLeft(line, "#")); level > 0 {
				p.other(level)
			}
			p.add(lines[i])
		}
	}
	p.flush()
	return p.out
}

type parser struct {
	out     []Section
	seen    map[string]bool
	version string
	depth   int
	body    strings.Builder
}

// begin starts the section of a version. One that stands deeper than the section that is open belongs to that.
func (p *parser) begin(version string, depth int) {
	p.flush()
	p.version, p.depth = strings.TrimRight(version, "."), depth
}

// other ends the section that is open at a heading of the same rank.
func (p *parser) other(depth int) {
	if p.version != "" && depth <= p.depth {
		p.flush()
		p.version = ""
	}
}

func (p *parser) add(line string) {
	if p.version != "" {
		p.body.WriteString(line)
	}
}

func (p *parser) flush() {
	if p.version != "" && !p.seen[p.version] {
		p.seen[p.version] = true
		p.out = append(p.out, Section{p.version, strings.TrimSpace(p.body.String())})
	}
	p.body.Reset()
}

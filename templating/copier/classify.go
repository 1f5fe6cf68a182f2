package copier

import (
	"errors"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/templating/sandbox"
)

// A Code says in a word why a run failed.
type Code string

const (
	NeedsTrust       Code = "needs-trust"       // the template wants to run code
	NeedsAnswer      Code = "needs-answer"      // a question has neither answer nor default
	BadAnswer        Code = "bad-answer"        // an answer is not admitted any more
	Downgrade        Code = "downgrade"         // the wanted version is older
	RefMissing       Code = "ref-missing"       // a version is no longer in the template
	CopierTooOld     Code = "copier-too-old"    // the template wants a newer Copier
	TaskFailed       Code = "task-failed"       // a task or migration of the template failed
	ExtensionMissing Code = "extension-missing" // a Jinja extension is not installed beside Copier
	Unreachable      Code = "unreachable"       // a repository, such as a submodule, could not be fetched
	NoReferences     Code = "no-references"     // the answers file lacks _commit or _src_path
	BadTemplate      Code = "bad-template"      // the template itself is broken
	Ownership        Code = "ownership"         // git refuses the checkout
	Timeout          Code = "timeout"           // it did not end in time
	LimitExceeded    Code = "limit-exceeded"    // it used more disk or processes than it may
	OurBug           Code = "bug"               // it was run wrongly
	Failed           Code = "failed"            // something else; see the log
)

// A Failure is why a run of Copier failed.
type Failure struct {
	Code   Code
	Detail string // such as the question's name; "" for none
}

type pattern struct {
	code Code
	text *regexp.Regexp // its first group, if any, is the detail
}

// patterns are tried in order against standard error. Exit codes do not tell: 1 stands for nearly everything.
var patterns = []pattern{
	{NeedsTrust, regexp.MustCompile(`potentially unsafe features?: ([^\n]*?)\.?\n`)},
	{NeedsAnswer, regexp.MustCompile(`Question "([^"{}]+)" is required`)},
	{BadAnswer, regexp.MustCompile(`Validation error for question '([^'{}]+)'`)},
	{BadAnswer, regexp.MustCompile(`Invalid choice for '([^'{}]+)'`)},
	{OurBug, regexp.MustCompile(`(Interactive session required)`)},
	{OurBug, regexp.MustCompile(`(repository is dirty)`)},
	{Downgrade, regexp.MustCompile(`You are (downgrading from \S+ to \S+)\. `)},
	{Ownership, regexp.MustCompile(`only supported in git-tracked subprojects`)},
	{RefMissing, regexp.MustCompile(`invalid reference: (\S+)`)},
	{CopierTooOld, regexp.MustCompile(`requires Copier version (>= \S+?),`)},
	{TaskFailed, regexp.MustCompile(`Task (.+) returned non-zero`)},
	{ExtensionMissing, regexp.MustCompile(`(?i)could not load some Jinja extensions:?\s*([^\n]*)`)},
	{NoReferences, regexp.MustCompile(`cannot obtain old template references|TypeError: Template not found`)},
	{NoReferences, regexp.MustCompile(`(version from (?:last update|template) not detected)`)},
	{Unreachable, regexp.MustCompile(`(?i)Could not read from remote|unable to access|Authentication failed|could not read Username|does not appear to be a git repository`)},
	{BadTemplate, regexp.MustCompile(`(?:jinja2\.exceptions\.|copier\.errors\.|copier\._?\w+\.)?((?:TemplateSyntaxError|UndefinedError|InvalidConfigFileError|MultipleConfigFilesError|ForbiddenPathError|SecurityError|YAMLError|ScannerError|ParserError|OverflowError|RecursionError|MemoryError)\b[^\n]*)`)},
}

// Classify says why a run failed, from what it wrote. It returns the zero Failure for
// one that ended with 0, which does not mean that its result is good.
func Classify(r Result) Failure {
	switch {
	case errors.Is(r.Stopped, sandbox.ErrTime):
		return Failure{Code: Timeout}
	case r.Stopped != nil:
		return Failure{Code: LimitExceeded, Detail: r.Stopped.Error()}
	case r.Exit == 0:
		return Failure{}
	}
	text := r.Stderr + "\n"
	for _, p := range patterns {
		m := p.text.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		f := Failure{Code: p.code}
		if len(m) > 1 {
			f.Detail = strings.TrimSpace(m[1])
		}
		return f
	}
	return Failure{Code: Failed, Detail: lastLines(r.Stderr, 1)}
}

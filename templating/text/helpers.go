package text

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// A helper returns a value made from its arguments.
type helper func(e *evaluation, args []any) (any, error)

// helpers are Renovate's, and Handlebars' own lookup. They are looked up only.
var helpers = map[string]helper{
	"add":                one(2, func(e *evaluation, a []any) (any, error) { return number(a[0]) + number(a[1]), nil }),
	"and":                func(_ *evaluation, args []any) (any, error) { return !slices.ContainsFunc(args, not), nil },
	"or":                 func(_ *evaluation, args []any) (any, error) { return slices.ContainsFunc(args, truthy), nil },
	"equals":             one(2, equals),
	"containsString":     one(2, containsString),
	"includes":           one(2, includes),
	"split":              one(2, split),
	"lowercase":          str(func(s string) (string, error) { return strings.ToLower(s), nil }),
	"replace":            one(3, replace),
	"lookup":             one(2, lookup),
	"lookupArray":        one(2, lookupArray),
	"distinct":           one(1, distinct),
	"toArray":            func(_ *evaluation, args []any) (any, error) { return slices.Clone(args), nil },
	"toObject":           toObject,
	"toJSON":             one(1, func(e *evaluation, a []any) (any, error) { return e.json(a[0], "") }),
	"stringToPrettyJSON": one(1, pretty),
	"encodeBase64":       str(func(s string) (string, error) { return base64.StdEncoding.EncodeToString([]byte(s)), nil }),
	"decodeBase64":       str(decodeBase64),
	"encodeURIComponent": str(func(s string) (string, error) { return encodeURI.Replace(url.QueryEscape(s)), nil }),
	"decodeURIComponent": str(url.PathUnescape),
}

// encodeURI undoes where QueryEscape differs from ECMAScript's function.
var encodeURI = strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")

// one wraps a helper that needs n arguments. What it returns counts as work.
func one(n int, f helper) helper {
	return func(e *evaluation, args []any) (any, error) {
		if len(args) < n {
			return nil, fmt.Errorf("needs %d values", n)
		}
		v, err := f(e, args)
		if err != nil {
			return nil, err
		}
		return v, e.spend(size(v))
	}
}

// str wraps a helper from text to text.
func str(f func(string) (string, error)) helper {
	return one(1, func(e *evaluation, args []any) (any, error) {
		s, err := e.text(args[0])
		if err != nil {
			return nil, err
		}
		if err := e.spend(len(s)); err != nil {
			return nil, err
		}
		return f(s)
	})
}

func size(v any) int {
	switch v := v.(type) {
	case string:
		return len(v)
	case []any:
		return 16 * len(v)
	case map[string]any:
		return 64 * len(v)
	}
	return 1
}

func not(v any) bool { return !truthy(v) }

func number(v any) float64 {
	f, _ := plain(v).(float64)
	return f
}

func equals(_ *evaluation, a []any) (any, error) {
	return reflect.DeepEqual(plain(a[0]), plain(a[1])), nil
}

func containsString(e *evaluation, a []any) (any, error) {
	s, sub, err := e.two(a)
	return strings.Contains(s, sub), err
}

// two returns two arguments as text.
func (e *evaluation) two(a []any) (first, second string, err error) {
	if first, err = e.text(a[0]); err != nil {
		return "", "", err
	}
	if second, err = e.text(a[1]); err != nil {
		return "", "", err
	}
	return first, second, e.spend(len(first) + len(second))
}

func includes(e *evaluation, a []any) (any, error) {
	list, _ := plain(a[0]).([]any)
	want := plain(a[1])
	if err := e.spend(len(list)); err != nil {
		return nil, err
	}
	return slices.ContainsFunc(list, func(v any) bool { return reflect.DeepEqual(plain(v), want) }), nil
}

func split(e *evaluation, a []any) (any, error) {
	s, sep, err := e.two(a)
	if err != nil {
		return nil, err
	}
	if err := e.spend(16 * (strings.Count(s, sep) + 1)); err != nil {
		return nil, err
	}
	return plain(strings.Split(s, sep)), nil
}

// group is a reference in the replacement text of ECMAScript.
var group = regexp.MustCompile(`\$(?:([&$])|(\d{1,2})|<(\w+)>)`)

// maxMatches is how often one replace may replace.
const maxMatches = 20_000

// replace replaces all matches of an RE2 expression in a text.
func replace(e *evaluation, a []any) (any, error) {
	find, with, err := e.two(a)
	if err != nil {
		return nil, err
	}
	s, err := e.text(a[2])
	if err != nil {
		return nil, err
	}
	if len(find) > 2000 {
		return nil, errors.New("the expression is too long")
	}
	re, err := regexp.Compile(find)
	if err != nil {
		return nil, fmt.Errorf("expression %q is not understood: it must be RE2", clip(find))
	}
	matches := len(re.FindAllStringIndex(s, maxMatches+1))
	if matches > maxMatches {
		return nil, errWork
	}
	if err := e.spend(len(s)*4 + matches*(len(with)+64) + 64*len(find)); err != nil {
		return nil, err
	}
	with = group.ReplaceAllStringFunc(strings.ReplaceAll(with, "${", "$${"), func(ref string) string {
		switch m := group.FindStringSubmatch(ref); {
		case m[1] == "&":
			return "${0}"
		case m[2] != "":
			return "${" + strings.TrimLeft(m[2], "0") + "}"
		case m[3] != "":
			return "${" + m[3] + "}"
		}
		return "$$"
	})
	out := re.ReplaceAllString(s, with)
	if len(out) > maxOutput {
		return nil, errOutput
	}
	return out, nil
}

func lookup(e *evaluation, a []any) (any, error) {
	name, err := e.text(a[1])
	return follow(a[0], []string{name}), err
}

func lookupArray(e *evaluation, a []any) (any, error) {
	list, _ := plain(a[0]).([]any)
	name, err := e.text(a[1])
	if err != nil {
		return nil, err
	}
	out := make([]any, 0, len(list))
	for _, item := range list {
		if v := follow(item, []string{name}); v != nil {
			out = append(out, v)
		}
	}
	return out, e.spend(len(list))
}

func distinct(e *evaluation, a []any) (any, error) {
	list, _ := plain(a[0]).([]any)
	var out []any
	seen := make(map[string]bool)
	for _, item := range list {
		key, err := e.json(item, "")
		if err != nil {
			return nil, err
		}
		if !seen[key] {
			seen[key] = true
			out = append(out, item)
		}
	}
	return out, nil
}

func toObject(e *evaluation, args []any) (any, error) {
	if len(args)%2 != 0 {
		return nil, errors.New("needs a value for each name")
	}
	out := make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, err := e.text(args[i])
		if err != nil {
			return nil, err
		}
		out[name] = args[i+1]
	}
	return out, nil
}

func pretty(e *evaluation, a []any) (any, error) {
	s, err := e.text(a[0])
	if err != nil {
		return nil, err
	}
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		return nil, errors.New("the text is no JSON")
	}
	return e.json(v, "  ")
}

func decodeBase64(s string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(s)
	if err != nil || !utf8.Valid(raw) {
		return "", errors.New("the text is no base64")
	}
	return string(raw), nil
}

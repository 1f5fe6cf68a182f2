// Package jsonata evaluates JSONata, the query language for JSON that
// Renovate's configuration uses in matchJsonata, custom managers and custom datasources.
//
// It runs the reference implementation, jsonata-js (MIT, see LICENSE-jsonata), in a JavaScript machine
// without any access to the world. Expressions and input come from repositories and
// registries, which nobody vouches for: time, input and results are bounded, and regular expressions are RE2.
package jsonata

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dop251/goja"
)

//go:embed jsonata-es5.min.js
var library string

//go:embed prelude.js
var prelude string

// What an evaluation may amount to.
const (
	maxExpression = 64 << 10 // bytes
	maxInput      = 16 << 20 // bytes of JSON
	maxOutput     = 4 << 20  // characters
	maxStack      = 3000     // calls inside one another
	maxTime       = 2 * time.Second
	maxIdle       = 4 // machines that are kept
)

// An Error says what is wrong with an expression, or why it failed on its
// input.
type Error struct {
	Text     string
	Position int // in characters; -1 if unknown
}

func (e *Error) Error() string {
	if e.Position < 0 {
		return e.Text
	}
	return fmt.Sprintf("%s (at character %d)", e.Text, e.Position)
}

// A Query is an expression that was checked. It is immutable and safe for
// concurrent use.
type Query struct{ expression string }

// Compile checks an expression. The error is an [*Error].
func Compile(expression string) (Query, error) {
	if len(expression) > maxExpression {
		return Query{}, &Error{fmt.Sprintf("an expression of %d bytes is too long", len(expression)), -1}
	}
	_, err := with(func(m *machine) (goja.Value, error) { return m.check(goja.Undefined(), m.vm.ToValue(expression)) })
	if err != nil {
		return Query{}, err
	}
	return Query{expression}, nil
}

// String returns the expression.
func (q Query) String() string { return q.expression }

// Functions are what an expression may call besides the language's own
// functions, by name without "$": of one argument, "undefined" if it is left out.
type Functions map[string]func(argument string) string

// Evaluate returns what the expression makes of input, a value as encoding/json has it; nil if it is
// nothing. The error is an [*Error].
func (q Query) Evaluate(input any, functions Functions) (any, error) {
	data, err := json.Marshal(input)
	if err != nil {
		return nil, &Error{"the input is no JSON: " + err.Error(), -1}
	}
	return q.EvaluateJSON(data, functions)
}

// EvaluateJSON is Evaluate for input in JSON.
func (q Query) EvaluateJSON(input []byte, functions Functions) (any, error) {
	if len(input) > maxInput {
		return nil, &Error{fmt.Sprintf("the input has %d bytes: more than %d are not read", len(input), maxInput), -1}
	}
	text, err := with(func(m *machine) (goja.Value, error) {
		bindings := m.vm.NewObject()
		for name, f := range functions {
			if err := bindings.Set(name, f); err != nil {
				return nil, err
			}
		}
		return m.evaluate(goja.Undefined(), m.vm.ToValue(q.expression), m.vm.ToValue(string(input)), bindings)
	})
	if err != nil || text == "" {
		return nil, err
	}
	var out any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		return nil, &Error{"the result is no JSON: " + err.Error(), -1}
	}
	return out, nil
}

// A machine runs one evaluation at a time.
type machine struct {
	vm              *goja.Runtime
	check, evaluate goja.Callable
}

// idle are machines that wait for work: to make one takes longer than most
// evaluations.
var idle = make(chan *machine, maxIdle)

var programs = sync.OnceValues(func() ([2]*goja.Program, error) {
	// The library lets a range have ten million items; what configuration needs are a few.
	bounded := strings.Replace(library, ">1e7)throw", ">1e5)throw", 1)
	if bounded == library {
		return [2]*goja.Program{}, errors.New("jsonata: the library has no limit for ranges")
	}
	lib, err := goja.Compile("jsonata.js", "var module={exports:{}},exports=module.exports;"+bounded, false)
	if err != nil {
		return [2]*goja.Program{}, fmt.Errorf("jsonata: %w", err)
	}
	pre, err := goja.Compile("prelude.js", prelude, false)
	return [2]*goja.Program{lib, pre}, err
})

func newMachine() (*machine, error) {
	p, err := programs()
	if err != nil {
		return nil, err
	}
	m := &machine{vm: goja.New()}
	m.vm.SetMaxCallStackSize(maxStack)
	if _, err := m.vm.RunProgram(p[0]); err != nil {
		return nil, fmt.Errorf("jsonata: %w", err)
	}
	setup, err := m.vm.RunProgram(p[1])
	if err != nil {
		return nil, fmt.Errorf("jsonata: %w", err)
	}
	start, _ := goja.AssertFunction(setup)
	api, err := start(goja.Undefined(), m.vm.ToValue(maxOutput), m.vm.ToValue(m.regex))
	if err != nil {
		return nil, fmt.Errorf("jsonata: %w", err)
	}
	m.check, _ = goja.AssertFunction(api.ToObject(m.vm).Get("check"))
	m.evaluate, _ = goja.AssertFunction(api.ToObject(m.vm).Get("evaluate"))
	return m, nil
}

// with runs f on a machine and returns the value of what it answers. A machine
// that had to be stopped is not used again.
func with(f func(*machine) (goja.Value, error)) (text string, err error) {
	var m *machine
	select {
	case m = <-idle:
	default:
		if m, err = newMachine(); err != nil {
			return "", &Error{err.Error(), -1}
		}
	}
	defer func() {
		if p := recover(); p != nil { // a bug in the machine must not stop the fleet
			text, err = "", &Error{fmt.Sprint("it stopped in the middle: ", p), -1}
		}
	}()
	timer := time.AfterFunc(maxTime, func() { m.vm.Interrupt("it takes longer than " + maxTime.String()) })
	out, err := f(m)
	if !timer.Stop() {
		return "", &Error{"it takes longer than " + maxTime.String(), -1}
	}
	if err != nil {
		return "", &Error{message(err), -1}
	}
	o := out.ToObject(m.vm)
	if e := o.Get("error"); e != nil {
		err = &Error{e.String(), int(o.Get("position").ToInteger())}
	} else if v := o.Get("value"); v != nil {
		text = v.String()
	}
	select {
	case idle <- m:
	default:
	}
	return text, err
}

func message(err error) string {
	var stack *goja.StackOverflowError
	if errors.As(err, &stack) {
		return "it is nested too deeply"
	}
	return err.Error()
}

// regex gives JavaScript a function that finds a regular expression in a text
// from an index on, in UTF-16 units as JavaScript counts.
func (m *machine) regex(source, flags string) (func(text string, from int) goja.Value, error) {
	mode := ""
	for _, f := range flags {
		if f == 'i' || f == 'm' || f == 's' {
			mode += string(f)
		}
	}
	if mode != "" {
		mode = "(?" + mode + ")"
	}
	re, err := regexp.Compile(mode + source)
	if err != nil {
		return nil, fmt.Errorf("/%s/ is no regular expression of RE2, which has no look-around and no references back", source)
	}
	return func(text string, from int) goja.Value {
		start := byteIndex(text, from)
		if start < 0 {
			return goja.Null()
		}
		at := re.FindStringSubmatchIndex(text[start:])
		if at == nil {
			return goja.Null()
		}
		groups := make([]any, len(at)/2)
		for i := range groups {
			groups[i] = goja.Undefined()
			if at[2*i] >= 0 {
				groups[i] = text[start+at[2*i] : start+at[2*i+1]]
			}
		}
		return m.vm.ToValue(map[string]any{"index": from + units(text[start:start+at[0]]), "groups": m.vm.NewArray(groups...)})
	}, nil
}

// byteIndex returns the offset of a UTF-16 index; -1 if text is shorter.
func byteIndex(text string, index int) int {
	for i, r := range text {
		if index <= 0 {
			return i
		}
		index -= max(1, utf16Len(r))
	}
	if index > 0 {
		return -1
	}
	return len(text)
}

func units(text string) int {
	n := 0
	for _, r := range text {
		n += max(1, utf16Len(r))
	}
	return n
}

func utf16Len(r rune) int {
	if r > 0xffff && r <= utf8.MaxRune {
		return 2
	}
	return 1
}

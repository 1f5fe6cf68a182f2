package gradle

import (
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

const pluginMarker = ".gradle.plugin"

// plugin reads `id "x" version "1"`, `id("x").version("1")` and `kotlin("jvm") version "1"`.
func (r *reader) plugin(i int) (int, bool) {
	if !r.is(i, "id") && !r.is(i, "kotlin") {
		return i, false
	}
	at, paren := i+1, r.is(i+1, "(")
	if paren {
		at++
	}
	id, n, ok := r.eval(at)
	if !ok || r.at(at).kind != text {
		return i, false
	}
	if paren {
		if !r.is(n, ")") {
			return i, false
		}
		n++
	}
	if r.is(n, ".") {
		n++
	}
	if !r.is(n, "version") {
		return i, false
	}
	if n++; r.is(n, "(") {
		n++
	}
	name := id.String()
	if r.is(i, "kotlin") {
		name = "org.jetbrains.kotlin." + name
	}
	v, next, ok := r.eval(n)
	switch {
	case ok:
		r.versioned(name, name+":"+name+pluginMarker, "plugin", v, id)
	case r.at(n).kind == word:
		variable, _ := r.name(n)
		r.report(managers.Dep{
			Name: name, Package: name + ":" + name + pluginMarker, Kind: "plugin", Composed: variable, Skip: managers.UnspecifiedVersion,
			Note: "no file that is read says what " + variable + " is",
		}, id)
	}
	return next, true
}

// groups reads `group: "g", name: "a", version: "1"`, and `dependencySet(group: "g", version: "1") { entry "a" }`.
func (r *reader) groups(i int) (int, bool) {
	if !r.is(i, "group") || !r.named(i+1) {
		return i, false
	}
	group, n, ok := r.eval(r.skip(i + 2))
	if !ok || !r.is(n, ",") {
		return i, false
	}
	at := r.skip(n + 1)
	if r.is(at, "version") && r.named(at+1) && i >= 2 && r.is(i-2, "dependencySet") {
		return r.set(group, at+2)
	}
	if !r.is(at, "name") || !r.named(at+1) {
		return i, false
	}
	name, n, ok := r.eval(r.skip(at + 2))
	if !ok || !r.is(n, ",") {
		return i, false
	}
	at = r.skip(n + 1)
	if !r.is(at, "version") || !r.named(at+1) {
		return i, false
	}
	v, n, ok := r.eval(r.skip(at + 2))
	if !ok {
		return i, false
	}
	r.versioned(group.String()+":"+name.String(), "", "", v, append(group[:len(group):len(group)], name...))
	return n, true
}

func (r *reader) named(i int) bool { return r.is(i, ":") || r.is(i, "=") }

func (r *reader) set(group value, at int) (int, bool) {
	v, n, ok := r.eval(at)
	if !ok || !r.is(n, ")") || !r.is(r.skip(n+1), "{") {
		return at, false
	}
	for n = r.skip(n+1) + 1; n < len(r.tokens) && !r.is(n, "}"); n++ {
		if !r.is(n, "entry") {
			continue
		}
		if n++; r.is(n, "(") {
			n++
		}
		if name, _, ok := r.eval(n); ok {
			r.versioned(group.String()+":"+name.String(), "", "", v, append(group[:len(group):len(group)], name...))
		}
	}
	return n + 1, true
}

var configuration = regexp.MustCompile(`(?i)(?:api|implementation|compile|runtime|classpath|processor|kapt|ksp|only|platform|desugaring|plugins?|provided|constraint|fixtures|add)$`)

// three reads `implementation("g", "a", "1")`.
func (r *reader) three(i int) (int, bool) {
	if !r.is(i+1, "(") || r.at(i+2).kind != text || !configuration.MatchString(r.at(i).text) {
		return i, false
	}
	var all []value
	n := i + 2
	for len(all) < 3 {
		v, next, ok := r.eval(n)
		if !ok || len(all) < 2 && !r.is(next, ",") {
			return i, false
		}
		all = append(all, v)
		n = r.skip(next + 1)
	}
	if strings.Contains(all[0].String()+all[1].String(), ":") || !strings.ContainsAny(all[2].String(), "0123456789") {
		return i, false
	}
	r.versioned(all[0].String()+":"+all[1].String(), "", "", all[2], append(all[0][:len(all[0]):len(all[0])], all[1]...))
	return n, true
}

// kotlin reads `kotlin("stdlib", "1")`.
func (r *reader) kotlin(i int) (int, bool) {
	if !r.is(i, "kotlin") || !r.is(i+1, "(") || r.at(i+2).kind != text || !r.is(i+3, ",") {
		return i, false
	}
	name, ok := r.string(r.at(i + 2))
	at := r.skip(i + 4)
	if r.is(at, "version") && r.is(at+1, "=") {
		at += 2
	}
	v, n, good := r.eval(at)
	if !ok || !good {
		return i, false
	}
	r.versioned(name.String(), "org.jetbrains.kotlin:kotlin-"+name.String(), "", v, name)
	return n, true
}

// tools are what plugins run, by the block that says in which version.
var tools = map[string]string{
	"checkstyle":       "com.puppycrawl.tools:checkstyle",
	"codenarc":         "org.codenarc:CodeNarc",
	"detekt":           "io.gitlab.arturbosch.detekt:detekt-core",
	"findbugs":         "com.google.code.findbugs:findbugs",
	"googleJavaFormat": "com.google.googlejavaformat:google-java-format",
	"jacoco":           "org.jacoco:jacoco",
	"lombok":           "org.projectlombok:lombok",
	"pmd":              "net.sourceforge.pmd:pmd-java",
	"spotbugs":         "com.github.spotbugs:spotbugs",
}

// tool reads `jacoco { toolVersion = "1" }`.
func (r *reader) tool(i int) (int, bool) {
	if len(r.blocks) == 0 {
		return i, false
	}
	name := r.blocks[len(r.blocks)-1].name
	pkg := tools[name]
	if pkg == "" || !r.is(i, "toolVersion") && !(name == "lombok" && r.is(i, "version")) {
		return i, false
	}
	at := i + 1
	switch {
	case r.is(at, "="):
		at++
	case r.is(at, ".") && r.is(at+1, "set") && r.is(at+2, "("):
		at += 3
	case r.is(at, "("):
		at++
	}
	v, n, ok := r.eval(r.skip(at))
	if !ok {
		return i, false
	}
	r.versioned(name, pkg, "", v, nil)
	return n, true
}

// catalog reads a version catalogue in a settings script.
func (r *reader) catalog(i int) (int, bool) {
	what := r.at(i).text
	if !r.is(i+1, "(") || what != "version" && what != "library" && what != "plugin" || !r.inside("versionCatalogs") {
		return i, false
	}
	var args []value
	n := i + 2
	for {
		v, next, ok := r.eval(r.skip(n))
		if !ok {
			return i, false
		}
		args = append(args, v)
		if n = r.skip(next) + 1; !r.is(n-1, ",") {
			break
		}
	}
	alias := args[0].String()
	if len(args) < 2 {
		return i, false
	}
	if what == "version" {
		r.define(versionKey+alias, args[1])
		return n, true
	}
	if what == "library" && len(args) == 2 {
		r.artifact(args[1])
		return n, true
	}
	dot := r.skip(n)
	if !r.is(dot, ".") || !r.is(dot+2, "(") {
		return n, true
	}
	v, next, ok := r.eval(dot + 3)
	if r.is(dot+1, "versionRef") && ok {
		v, ok = r.scope.get(r.object, versionKey+v.String())
	}
	if !ok || !r.is(dot+1, "versionRef") && !r.is(dot+1, "version") {
		return n, true
	}
	id := args[1].String()
	if what == "plugin" {
		r.versioned(id, id+":"+id+pluginMarker, "plugin", v, args[1])
	} else {
		r.versioned(id+":"+args[2].String(), "", "", v, append(args[1][:len(args[1]):len(args[1])], args[2]...))
	}
	return next, true
}

// versionKey begins the names of versions of a catalogue.
const versionKey = "catalog version "

// applied reads `apply from: "file"`.
func (r *reader) applied(i int) (int, bool) {
	at := i + 1
	if r.is(at, "(") {
		at++
	}
	if !r.is(i, "apply") || !r.is(at, "from") || !r.named(at+1) || r.apply == nil {
		return i, false
	}
	at = r.skip(at + 2)
	for at < len(r.tokens) && r.at(at).kind != text && !r.is(at, "\n") { // rootProject.file("...")
		at++
	}
	t := r.at(at)
	if t.kind != text || len(t.parts) == 0 {
		return i, false
	}
	last := t.parts[len(t.parts)-1]
	switch {
	case len(t.parts) == 1 && last.expr == nil:
		r.apply(last.text)
	case len(t.parts) == 2 && t.parts[0].expr != nil && last.expr == nil: // "$rootDir/gradle/x.gradle"
		name := cursor{tokens: t.parts[0].expr}
		if s, _ := name.name(0); strings.HasPrefix(s, "root") {
			r.apply(last.text)
		} else {
			r.apply("." + last.text)
		}
	}
	return at + 1, true
}

package toolconfig

import (
	"cmp"
	"slices"
	"strings"
)

// golang reads the variables of the go command and the file in which "go env -w" keeps them.
func golang(m Machine) Found {
	var f Found
	values := make(map[string]string)
	text, _ := f.file(m, cmp.Or(m.Env["GOENV"], m.configHome("go", "env")))
	for key, value := range iniLines(text) {
		values[key] = value
	}
	get := func(name string) string { return cmp.Or(m.Env[name], values[name]) }
	f.Direct = cmp.Or(get("GONOPROXY"), get("GOPRIVATE"))
	if f.Direct == "none" {
		f.Direct = ""
	}
	list := get("GOPROXY")
	if list == "" {
		return f
	}
	var modules, proxies []string
	for _, element := range strings.Split(list, ",") {
		var equal []string // what "|" joins
		for _, one := range strings.Split(element, "|") {
			switch one = strings.TrimSpace(one); one {
			case "":
			case "direct", "off":
				equal = append(equal, one)
			default:
				if u := f.registry("GOPROXY", "go", one); u != "" {
					equal, proxies = append(equal, u), append(proxies, u)
				}
			}
		}
		if len(equal) > 0 {
			modules = append(modules, strings.Join(equal, "|"))
		}
		if slices.Contains(equal, "off") {
			break
		}
	}
	f.set("go", modules...)
	if len(proxies) > 0 {
		f.set("golang-version", proxies...)
	}
	return f
}

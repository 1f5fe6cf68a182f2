package tool

import (
	"strings"

	"github.com/currant-bot/currant/managers"
)

// Java returns the dependency on a JDK or JRE by the version that asdf and mise install
// it by, such as "temurin-21.0.2+13.0.LTS": the vendor goes first, and the rest is the version. ok is
// false for a vendor that is not one of prefixes.
func Java(value managers.Field, prefixes ...string) (d managers.Dep, ok bool) {
	for _, prefix := range prefixes {
		version, ok := strings.CutPrefix(value.Text, prefix)
		if !ok {
			continue
		}
		kind := "java-jdk"
		if rest, jre := strings.CutPrefix(version, "jre-"); jre && (prefix == "temurin-" || prefix == "adoptopenjdk-") {
			kind, version = "java-jre", rest
		}
		if version == "" || !strings.Contains("0123456789", version[:1]) {
			continue
		}
		value = managers.Field{Text: version, Start: value.End() - len(version)}
		return managers.Dep{Name: "java", Package: kind, Datasource: "java-version", Value: value}, true
	}
	return d, false
}

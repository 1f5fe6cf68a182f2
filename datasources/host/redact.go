package host

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/currant-bot/currant/datasources"
)

// Redactor returns a function that leaves out of a text every secret of
// rules, also the base64 form that basic authentication sends, and the
// credentials in URLs. Secrets of up to three characters stay: they would make the text unreadable.
func Redactor(rules []Rule) func(text string) string {
	var secrets []string
	for _, r := range rules {
		secrets = append(secrets, r.Token, r.Password, r.PrivateKey,
			base64.StdEncoding.EncodeToString([]byte(r.Username+":"+r.Password)))
		for name, value := range r.Headers {
			if !strings.EqualFold(name, "Accept") {
				secrets = append(secrets, value)
			}
		}
	}
	slices.SortFunc(secrets, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, s := range slices.Compact(secrets) {
		if len(s) > 3 {
			pairs = append(pairs, s, "[secret]")
		}
	}
	replacer := strings.NewReplacer(pairs...)
	return func(text string) string { return datasources.Redact(replacer.Replace(text)) }
}

// Package distribution reads what the properties of build tools' wrappers say of the file that
// they download.
package distribution

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/currant-bot/currant/managers"
)

var sha256 = regexp.MustCompile(`^[0-9a-fA-F]{64}$`)

// Hashes returns the hash at a place as that of what is downloaded from address, in which version stands so many
// times. It is zero where it cannot be looked up: what is no SHA-256, and an address that is not of the web, is put
// together from variables, or has a password.
func Hashes(address, version string, times int, at managers.Field) managers.Hashes {
	address = strings.ReplaceAll(address, `\`, "") // a properties file escapes the colon
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && u.Scheme != "http" ||
		strings.ContainsAny(address, "${}") || version == "" || strings.Count(address, version) != times || !sha256.MatchString(at.Text) {
		return managers.Hashes{}
	}
	return managers.Hashes{At: at, File: strings.ReplaceAll(address, version, "{value}")}
}

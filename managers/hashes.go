package managers

import "strings"

// Hashes are the SHA-256 hashes of what is downloaded of a dependency's version: they change when that does, in
// the same edit or not at all.
type Hashes struct {
	At   Field  // from the first hash to the last
	File string // the address of what is hashed, with "{value}" for the value; "*" for all files of the version
	Each string // how one is written, with "{hash}" for it; "" for the hash alone
	Sep  string // what is written between two
}

// IsZero reports whether there are no hashes.
func (h Hashes) IsZero() bool { return h.At.IsZero() }

// Of returns the address of what is hashed of a value.
func (h Hashes) Of(value string) string { return strings.ReplaceAll(h.File, "{value}", value) }

// Write returns what hashes are written as.
func (h Hashes) Write(hashes []string) string {
	out := make([]string, len(hashes))
	for i, hash := range hashes {
		out[i] = hash
		if h.Each != "" {
			out[i] = strings.ReplaceAll(h.Each, "{hash}", hash)
		}
	}
	return strings.Join(out, h.Sep)
}

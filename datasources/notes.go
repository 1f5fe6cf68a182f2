package datasources

import "time"

// A NotesQuery asks what is new in versions of a package. It is comparable: the fleet asks each once.
type NotesQuery struct {
	Source   string // web address of the source repository; "" to ask the registry
	Dir      string // folder in it
	Registry Query  // who is asked where the source is, if Source is ""
	Package  string
	From, To string
	Versions string // those after From up to To, newest first, one a line
	Extract  string // the expression that takes a version out of a tag's name; "" for the usual forms
}

// Notes are what a source repository tells of versions. They must not be modified.
type Notes struct {
	Source    string // web address of the repository; "" if nobody says where it is
	Notes     []Note // newest first; versions of which nothing is told are left out
	Compare   string // page that shows all changes; "" for none
	Anonymous bool   // it was asked without credentials, and the host counts such requests strictly
}

// A Note is what is told of one version.
type Note struct {
	Version   string
	Text      string // Markdown, as its author wrote it: whoever shows it must make it harmless
	URL       string // page that tells it; "" for none
	Published time.Time
	Tag       string // that it was released as; "" if unknown
}

// Package changelog reads what is new in versions of a package: in the changelog file of its source repository, else in
// the releases there.
package changelog

// Package demo holds the repositories of the demonstration, one txtar archive
// each.
package demo

import "embed"

// Files are the archives; "acme/shop" is in shop.txtar.
//
//go:embed *.txtar
var Files embed.FS

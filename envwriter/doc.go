// Package envwriter edits .env files that several programs read, each by its own rules.
//
// A value is written in the first encoding that every selected Reader, run on the new
// file, reads back exactly without reading any other key differently; if there is
// none, the edit is refused. Everything here is pure: package atomicfile accesses the
// disk.
//
// document.go parses a file, edit.go and encode.go change it, read_*.go imitate the
// programs that read it, lint.go and fix.go handle what they cannot read, diff.go and
// mask.go show it.
package envwriter

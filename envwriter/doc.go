// Package envwriter edits .env files that several programs read, each by rules of
// its own.
//
// A value is written in the first encoding that every selected Reader, run on
// the whole new file, gives back exactly while every other key keeps its
// meaning; where there is none, the edit is refused. Everything here is pure:
// package atomicfile touches the disk.
//
// document.go cuts a file into statements, edit.go and encode.go change it,
// read_*.go are the programs that read it, lint.go and fix.go deal with what
// they cannot read, diff.go and mask.go show it.
package envwriter

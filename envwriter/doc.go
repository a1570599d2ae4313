// Package envwriter reads, edits and saves .env files that several programs
// read, each by rules of its own.
//
// A value is written in the first encoding that every selected Reader, run on
// the whole new file, gives back exactly while every other key keeps its
// meaning; where there is none, the edit is refused. Parsing, editing and
// diffing are pure; Load and Save touch the disk.
package envwriter

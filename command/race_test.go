//go:build race

package command

// raced: the race detector makes the program so slow that keys come while it still
// ignores them.
const raced = true

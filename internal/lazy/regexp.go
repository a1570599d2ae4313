// Package lazy has regular expressions that are compiled, and tables that are read, on
// first use: those of refusals are hundreds, and most runs of the program need none.
package lazy

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"sync"
)

// Regexp has the methods of regexp.Regexp that the tables need.
type Regexp struct {
	compiled func() *regexp.Regexp
}

// eager is set in tests, so that they find a mistake in any expression.
var eager = len(os.Args) > 0 && strings.HasSuffix(os.Args[0], ".test")

// Compile is regexp.MustCompile, on first use.
func Compile(expression string) *Regexp {
	r := &Regexp{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
	if eager {
		r.compiled()
	}
	return r
}

// Table is a file of the program in JSON, read on first use.
func Table[T any](name string, file []byte) func() T {
	return sync.OnceValue(func() (table T) {
		if err := json.Unmarshal(file, &table); err != nil {
			panic(name + ": " + err.Error())
		}
		return table
	})
}

// Compiled is the expression itself, for its other methods.
func (r *Regexp) Compiled() *regexp.Regexp { return r.compiled() }
func (r *Regexp) FindAllStringSubmatch(s string, n int) [][]string {
	return r.compiled().FindAllStringSubmatch(s, n)
}
func (r *Regexp) FindString(s string) string           { return r.compiled().FindString(s) }
func (r *Regexp) FindStringIndex(s string) []int       { return r.compiled().FindStringIndex(s) }
func (r *Regexp) FindStringSubmatch(s string) []string { return r.compiled().FindStringSubmatch(s) }
func (r *Regexp) FindStringSubmatchIndex(s string) []int {
	return r.compiled().FindStringSubmatchIndex(s)
}
func (r *Regexp) MatchString(s string) bool            { return r.compiled().MatchString(s) }
func (r *Regexp) ReplaceAllString(s, by string) string { return r.compiled().ReplaceAllString(s, by) }
func (r *Regexp) ReplaceAllStringFunc(s string, by func(string) string) string {
	return r.compiled().ReplaceAllStringFunc(s, by)
}
func (r *Regexp) String() string      { return r.compiled().String() }
func (r *Regexp) Match(b []byte) bool { return r.compiled().Match(b) }

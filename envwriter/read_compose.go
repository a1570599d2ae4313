package envwriter

import (
	"bytes"
	"fmt"
	"io"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"

	"smtp-wizard/internal/lazy"
)

// Docker compose uses compose-go/v2/dotenv, and so does this reader. It expands $NAME
// from the environment before the file, so a value is read twice: with nothing set and
// with everything set.
var composeReader = Reader{
	Name:     "compose",
	Variants: bothEnvironments(readCompose),
	started:  readCompose,
	lint: map[string]string{
		"open quote": openQuote + refusesFile,
		"text":       neither + refusesFile,
	},
}

// lookup finds variables in the environment.
type lookup = func(name string) (value string, found bool)

// fromElsewhere is the value of every variable of the environment with everything set.
const fromElsewhere = "\ufdd0from the environment"

func unset(string) (string, bool)     { return "", false }
func inherited(string) (string, bool) { return fromElsewhere, true }

func bothEnvironments(read func([]byte, lookup) (map[string]string, error)) []Variant {
	return []Variant{
		{"nothing set", func(file []byte) (map[string]string, error) { return read(file, unset) }},
		{"everything set", func(file []byte) (map[string]string, error) { return read(file, inherited) }},
	}
}

// compose-go logs the names of unset variables with logrus' standard logger: in a
// wrong encoding such a name is part of a password.
func init() { logrus.SetOutput(io.Discard) }

// mostBraces bounds the ${...} in one line: for each, compose-go searches the rest of
// the line again, which takes hours with many thousands.
const mostBraces = 200

var errBraces = fmt.Errorf("more than %d ${...} in one line", mostBraces)

var openBrace = lazy.Compile(`(?:\$|\\0044)(?:\{|\\0173)`) // octal numbers in double quotes too

func readCompose(file []byte, environment lookup) (map[string]string, error) {
	if err := checkExpansion(file); err != nil {
		return nil, err
	}
	for line := range bytes.Lines(file) {
		if len(line) > mostBraces && len(openBrace.Compiled().FindAllIndex(line, mostBraces+1)) > mostBraces {
			return nil, errBraces
		}
	}
	return dotenv.ParseWithLookup(bytes.NewReader(file), environment)
}

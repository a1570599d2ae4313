package envwriter

import (
	"bytes"
	"fmt"
	"io"

	"smtp-wizard/internal/lazy"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"
)

// Docker compose reads with compose-go/v2/dotenv, so that package is the rule.
// It prefers the environment to the file when it expands $NAME: a value that
// depends on it is read once with nothing set and once with everything set.
var composeReader = Reader{
	Name:     "compose",
	Variants: bothEnvironments(readCompose),
	started:  readCompose,
	lint: map[string]string{
		"open quote": openQuote + refusesFile,
		"text":       neither + refusesFile,
	},
}

// A lookup finds variables outside of the file.
type lookup = func(name string) (value string, found bool)

// fromElsewhere stands for the value of a variable that the environment sets.
const fromElsewhere = "\ufdd0from the environment"

func unset(string) (string, bool)     { return "", false }
func inherited(string) (string, bool) { return fromElsewhere, true }

func bothEnvironments(read func([]byte, lookup) (map[string]string, error)) []Variant {
	return []Variant{
		{"nothing set", func(file []byte) (map[string]string, error) { return read(file, unset) }},
		{"everything set", func(file []byte) (map[string]string, error) { return read(file, inherited) }},
	}
}

// compose-go warns of unset variables through logrus' standard logger, and names
// them: after a wrong guess at an encoding the name is a piece of a password.
func init() { logrus.SetOutput(io.Discard) }

// mostBraces bounds the ${...} in one line. compose-go searches the rest of the line
// again for each of them, which takes it hours where there are many thousands.
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

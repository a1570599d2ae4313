package envwriter

import (
	"bytes"
	"fmt"
	"io"
	"regexp"

	"github.com/compose-spec/compose-go/v2/dotenv"
	"github.com/sirupsen/logrus"
)

// Docker compose reads with compose-go/v2/dotenv, so that package is the rule.
// It prefers the environment to the file when it expands $NAME: a value that
// depends on it is read once with nothing set and once with everything set.
var composeWays = []way{
	{note: "nothing set", read: func(f []byte) (map[string]string, error) { return readCompose(f, unset) }},
	{note: "everything set", read: func(f []byte) (map[string]string, error) { return readCompose(f, inherited) }},
}

// fromElsewhere stands for the value of a variable that the environment sets.
const fromElsewhere = "\ufdd0from the environment"

func unset(string) (string, bool)     { return "", false }
func inherited(string) (string, bool) { return fromElsewhere, true }

// compose-go warns of unset variables through logrus' standard logger, and names
// them: after a wrong guess at an encoding the name is a piece of a password.
func init() { logrus.SetOutput(io.Discard) }

// mostBraces bounds the ${...} in one line. compose-go searches the rest of the line
// again for each of them, which takes it hours where there are many thousands.
const mostBraces = 200

var errBraces = fmt.Errorf("more than %d ${...} in one line", mostBraces)

var openBrace = regexp.MustCompile(`(?:\$|\\0044)(?:\{|\\0173)`) // octal numbers in double quotes too

func bracesInALine(file []byte) int {
	most := 0
	for line := range bytes.Lines(file) {
		most = max(most, len(openBrace.FindAllIndex(line, -1)))
	}
	return most
}

func readCompose(file []byte, lookup dotenv.LookupFn) (map[string]string, error) {
	if err := CheckExpansion(file); err != nil {
		return nil, err
	}
	if bracesInALine(file) > mostBraces {
		return nil, errBraces
	}
	return dotenv.ParseWithLookup(bytes.NewReader(file), lookup)
}

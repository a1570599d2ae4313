package envwriter

import (
	"bytes"
	"io"

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

func readCompose(file []byte, lookup dotenv.LookupFn) (map[string]string, error) {
	if err := CheckExpansion(file); err != nil {
		return nil, err
	}
	return dotenv.ParseWithLookup(bytes.NewReader(file), lookup)
}

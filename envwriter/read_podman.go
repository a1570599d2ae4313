package envwriter

// podman run --env-file: github.com/containers/podman pkg/env, ParseFile. Lines
// of at most 64 KiB (bufio.Scanner, which also drops a CR at the end); the key is
// everything before the "=", including blanks and a BOM.
var podmanReader = Reader{
	Name:     "podman",
	Variants: bothEnvironments(readPodman),
	started:  readPodman,
	lint: map[string]string{
		"bom":       bomInName,
		"export":    `"export" becomes part of the name`,
		"colon":     colonSign + "the line is ignored",
		"blanks":    "spaces around the equals sign become part of name and value",
		"comment":   keepsComment,
		"quotes":    keepsQuotes,
		"lines":     linesApart,
		"long line": longLine,
	},
}

func readPodman(file []byte, environment lookup) (map[string]string, error) {
	return readLines(file, environment, func(r rune) bool { return r == ' ' || r == '\t' }, "")
}

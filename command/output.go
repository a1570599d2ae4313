package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"unicode/utf16"

	"golang.org/x/term"

	"smtp-wizard/internal/text"
)

// cleanWriter writes text for people. File names, the .env and compose files are
// foreign text too, so no control character gets through but the line end.
type cleanWriter struct{ w io.Writer }

func (c cleanWriter) Write(p []byte) (int, error) {
	if _, err := io.WriteString(c.w, text.CleanLines(string(p), true)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// print prints a result: as JSON with --json, else as asText does. A result that
// cannot be printed, as on a full disk, is a failure whatever it was.
func (o *options) print(result any, asText func(io.Writer)) error {
	var out strings.Builder
	if o.json {
		indent := "  "
		if o.jsonLines {
			indent = ""
		}
		if err := encode(&out, result, indent); err != nil {
			return err
		}
		return o.write(escape(out.String()))
	}
	asText(cleanWriter{&out})
	return o.write(out.String())
}

// printRows prints rows with their columns in line.
func printRows(w io.Writer, rows [][]string) {
	for _, row := range text.Columns(rows, math.MaxInt) {
		fmt.Fprintln(w, strings.TrimRight(strings.Join(row, "  "), " "))
	}
}

// prose writes text for people, on a terminal broken between words; what begins with a
// space, such as a command, or would not fit, stays whole.
func (o *options) prose(s string) {
	width := 0
	if f, ok := o.Out.(*os.File); ok && isTerminal(f) {
		width, _, _ = term.GetSize(int(f.Fd()))
	}
	out := cleanWriter{o.Out}
	for line := range strings.Lines(s) {
		words := strings.Fields(line)
		tooWide := func(word string) bool { return text.Width(word) > width }
		if line = strings.TrimSuffix(line, "\n"); !strings.HasPrefix(line, " ") && !slices.ContainsFunc(words, tooWide) {
			line = strings.Join(text.Wrap(line, min(width, 100), 0), "\n")
		}
		fmt.Fprintln(out, line)
	}
}

func (o *options) write(s string) error {
	if _, err := io.WriteString(o.Out, s); err != nil {
		return fileError(fmt.Errorf("the result could not be printed: %w", err))
	}
	return nil
}

func encode(w io.Writer, v any, indent string) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	return enc.Encode(v)
}

// list is an array in JSON, never null.
type list[T any] []T

func (l list[T]) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	err := encode(&out, append([]T{}, l...), "")
	return out.Bytes(), err
}

// escape writes as \u in JSON what encoding/json lets through and a terminal
// would act on or not show: it loses nothing. Apart from line ends such characters
// occur in strings only.
func escape(s string) string {
	return text.Replace(s, true, func(r rune) string {
		if r == '\n' {
			return "\n"
		}
		if high, low := utf16.EncodeRune(r); r > 0xffff {
			return fmt.Sprintf(`\u%04x\u%04x`, high, low) // RFC 8259 section 7
		}
		return fmt.Sprintf(`\u%04x`, r)
	})
}

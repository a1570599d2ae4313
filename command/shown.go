package command

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"smtp-wizard/internal/text"
)

// shown writes text for people. File names, the .env and compose files are
// somebody else's text too, so no control character goes through but the line
// end.
type shown struct{ w io.Writer }

func (s shown) Write(p []byte) (int, error) {
	if _, err := io.WriteString(s.w, text.CleanLines(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// escaped writes in JSON as \u what encoding/json lets through and a terminal
// would act on: DEL, C1, bidirectional and invisible characters. Beyond line ends
// they can stand in strings only.
func escaped(text string) string {
	var out strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || unicode.IsPrint(r):
			out.WriteRune(r)
		case r > 0xffff:
			high, low := (r-0x10000)>>10, (r-0x10000)&0x3ff
			fmt.Fprintf(&out, `\u%04x\u%04x`, 0xd800+high, 0xdc00+low) // RFC 8259 section 7
		default:
			fmt.Fprintf(&out, `\u%04x`, r)
		}
	}
	return out.String()
}

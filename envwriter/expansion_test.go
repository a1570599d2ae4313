package envwriter

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

// doubling returns variables each of which is twice the one before, in some notation.
func doubling(n int, line string) string {
	var out strings.Builder
	out.WriteString("A0=xxxxxxxxxx\n")
	for i := 1; i <= n; i++ {
		out.WriteString(strings.NewReplacer("NEXT", fmt.Sprint("A", i), "LAST", fmt.Sprint("A", i-1)).Replace(line))
	}
	return out.String()
}

func TestExpansionIsBounded(t *testing.T) {
	t.Parallel()
	for _, line := range casetest.Read[[]string](t, "expansionisbounded") {
		t.Run(line, func(t *testing.T) {
			t.Parallel()
			file := []byte(doubling(32, line))
			if err := checkExpansion(file); !errors.Is(err, errExpansion) {
				t.Errorf("%v", err)
			}
			for _, r := range Readers {
				vars, err := r.Read(file) // uses up all memory if it is not stopped
				if read := (*readError)(nil); err != nil && !errors.As(err, &read) {
					t.Errorf("%s: %d variables, %v", r.Name, len(vars), err)
				}
			}
		})
	}
}

func TestExpansionIsRefusedEverywhere(t *testing.T) {
	t.Parallel()
	file := []byte(doubling(32, "NEXT=${LAST}${LAST}\n"))
	for _, name := range []string{"pocket-id", "compose", "sh"} {
		readers := pick(t, name)
		_, reading := readers[0].Read(file)
		_, applying := Apply(file, []Change{set("B", "1")}, readers)
		want := name + " cannot read the file: its ${...} come to more than 4 MiB, at line "
		for _, err := range []error{reading, applying} {
			if !errors.Is(err, errExpansion) || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%v", err)
			}
		}
		if problems := Lint(file, readers); len(problems) != 1 || !problems[0].Fatal || problems[0].What != errExpansion.Error() {
			t.Errorf("problems: %+v", problems)
		}
	}
	// Nor is a value tried that would do it in the wrong encoding.
	value := strings.Repeat("${A}", 1<<10)
	_, err := Apply([]byte("A="+strings.Repeat("x", 10000)+"\n"), []Change{set("B", value)}, pick(t, "pocket-id", "compose"))
	if no := (*NoEncodingError)(nil); !errors.As(err, &no) {
		t.Errorf("%v", err)
	}
}

func TestExpansionOfRealFiles(t *testing.T) {
	t.Parallel()
	var large strings.Builder
	large.WriteString("DOMAIN=example.com\nBASE=https://id.${DOMAIN}\n")
	for i := range 500 {
		fmt.Fprintf(&large, "# see https://example.com/%d: \"quoted\" it's $5\nURL_%d=\"${BASE}/path/%d?from=${DOMAIN}\"\nNOTE_%d='don\"t'\n", i, i, i, i)
	}
	files := map[string]string{
		"references": "APP_URL=https://id.example.com\nSMTP_USER=\"pocket-id@example.com\"\nSMTP_FROM=${SMTP_USER}\nLOGO=\"$APP_URL/logo.png?u=${SMTP_USER}\"\nA=$LOGO$LOGO\nB=$A$A\n",
		"large":      large.String(),
		"one JSON":   "HOST=db\nCONFIG={" + strings.Repeat(`"key":{"a":"$HOST","b":[1,2]},`, 500) + "}\nAGAIN=$CONFIG\n",
		"dollars":    "SMTP_PASSWORD='" + strings.Repeat("$", 10000) + "'\n" + strings.Repeat("HASH='$2y$10$abcdefghijklmnopqrstuv'\n", 500),
		"no dollar":  strings.Repeat("A=1\n", 1<<18),
		"colons":     strings.Repeat("A:", 1<<16) + "\nB=$A\n",
	}
	for _, file := range awkwardFiles {
		files[fmt.Sprintf("%q", file)] = file
	}
	for name, file := range files {
		if err := checkExpansion([]byte(file)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestExpansionIsEstimatedQuickly(t *testing.T) {
	for _, line := range []string{"A=$A\n", "A=\"$\n", "A:$", "$", "\\0044", "$A\\0101", "A='$A\n", "A=$\"\\", "x$", "A=${A:-"} {
		casetest.GrowsEvenly(t, line, 1000, func(n int) { expansion([]byte(strings.Repeat(line, n))) })
	}
}

// notTooSmall checks the estimate against what the readers make of a file behind a
// variable that is long enough to notice when one reference is missed.
func notTooSmall(t *testing.T, tail string) {
	t.Helper()
	file := []byte("A=" + strings.Repeat("x", 3000) + "\nA1=$A\n" + tail)
	estimate := expansion(file)
	if estimate > maxExpanded {
		return
	}
	// The bytes of the file itself, and the values of names alone that compose passes through.
	most := estimate + 3*len(file) + len(fromElsewhere)*strings.Count(tail, "\n")
	for _, r := range pick(t, "pocket-id", "compose") {
		for _, v := range r.Variants {
			sum := 0
			vars, _ := v.Read(file)
			for _, value := range vars {
				sum += len(value)
			}
			if sum > most {
				t.Fatalf("%s %s: %d bytes of %q, estimated at %d", r.Name, v.Note, sum, tail, most)
			}
		}
	}
}

var expansionPieces = []string{"A=", "B=", "Ab=", "A.b=", "C=", "=", "$A", "${A}", "${B}", "$B", "${C:-${A}}", "$Ab", "${A.b}", "$(A)", "\"", "'", "`",
	"\n", "\n", "\n", "\r", "\\", "\\0044", "\\0101", "\\0173", "\\0175", "$\\A", "$\\{B}", "xxxx", " ", "#", "export ", "C: ", "$", "{", "}", "\\n", "\u00a0", "\xff"}

func TestExpansionIsNeverTooSmall(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		tail := ""
		for range random.IntN(40) {
			tail += expansionPieces[random.IntN(len(expansionPieces))]
		}
		notTooSmall(t, tail)
	}
}

// FuzzExpansion checks that the estimate is never below what a reader makes of a file.
func FuzzExpansion(f *testing.F) {
	for _, file := range awkwardFiles {
		f.Add(file)
	}
	f.Add(strings.Join(expansionPieces, ""))
	f.Add("A1=\"\\\\\"\n${A}${A}\"\nA2=\"\\\\\"\n${A1}\"\n")
	f.Add("\u212a=${A}\nk=${\u212a}\n")
	f.Fuzz(func(t *testing.T, tail string) {
		if len(tail) <= 1024 {
			notTooSmall(t, tail)
		}
	})
}

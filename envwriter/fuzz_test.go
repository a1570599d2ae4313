package envwriter

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// awkwardFiles are existing files that make an edit hard.
var awkwardFiles = []string{
	neighbours,
	"",
	"SECRET=old",
	"SECRET='multi\nline'\nB=2\n",
	"export SECRET = \"old\" # note\r\nB=2\r\n",
	"SECRET: old\nB: 2\n",
	"A=1\\",
	"# note \\",
	"SECRET=1\nA=${SECRET}\nSECRET=2\n",
	"A='SECRET=x\nSECRET=y'\nB=it's\nC=\"\\\"\n",
	"\ufeffSECRET=x\n",
	"SECRET\nA=1\n",
	"A=`x\nSECRET=old\nB=`\n",
	"SECRET='a'\"b\"'c\nd' # e\nB=2",
	"A=$B\nB=$SECRET\nSECRET=x # '\nC='\n",
}

func FuzzApply(f *testing.F) {
	for i, value := range hostileValues(f) {
		f.Add(value, []byte(awkwardFiles[i%len(awkwardFiles)]), uint8(i))
	}
	f.Fuzz(func(t *testing.T, value string, file []byte, chosen uint8) {
		if len(value)+len(file) > 4096 {
			return
		}
		if readers := chosenReaders(chosen); len(readers) > 0 {
			exactOrRefused(t, file, value, readers)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, file := range awkwardFiles {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		parsed := parse(file)
		if !bytes.Equal(parsed.bytes(), file) {
			t.Fatalf("%q became %q", file, parsed.bytes())
		}
		line := 1
		for _, s := range parsed.statements {
			if s.line != line || s.raw() == "" {
				t.Fatalf("statement %q is said to be on line %d, not %d", s.raw(), s.line, line)
			}
			line += strings.Count(s.raw(), "\n")
		}
	})
}

// FuzzScreen checks that what is shown holds neither a secret nor a control
// character, however the file is made.
func FuzzScreen(f *testing.F) {
	for i, value := range hostileValues(f) {
		f.Add(value, []byte(awkwardFiles[i%len(awkwardFiles)]))
	}
	f.Fuzz(func(t *testing.T, value string, file []byte) {
		const canary = "c4n4ry"
		readers := Readers[:2]
		old, err := Apply(file, []Change{set("SECRET", canary+value+canary)}, readers)
		if err != nil || bytes.Contains(file, []byte(canary)) {
			return
		}
		new, err := Apply(old.New, []Change{set("SECRET", value+canary), set("PORT", "1")}, readers)
		if err != nil {
			return
		}
		lines := append(View(old.New, onlyA), View(new.New, onlyA)...)
		for _, l := range Diff(old.New, new.New, onlyA) {
			lines = append(lines, l.Text)
		}
		for _, line := range lines {
			if strings.Contains(line, canary) {
				t.Fatalf("%q shows the secret of %q", line, new.New)
			}
			if strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsPrint(r) }) {
				t.Fatalf("%q has a control character", line)
			}
		}
	})
}

// FuzzFix checks that fixes take nothing from any reader that could read the file,
// but for a key in each line that is fixed.
func FuzzFix(f *testing.F) {
	for i, file := range awkwardFiles {
		f.Add([]byte(file), uint8(i))
	}
	f.Fuzz(func(t *testing.T, file []byte, chosen uint8) {
		if len(file) > 2048 {
			return
		}
		readers := chosenReaders(chosen)
		fixed, lines := Fix(file, readers)
		if lines > 0 == bytes.Equal(fixed, file) {
			t.Fatalf("%d lines are fixed in %q: %q", lines, file, fixed)
		}
		for _, r := range readers {
			before, err := r.Read(file)
			if err != nil {
				continue
			}
			after, err := r.Read(fixed)
			if err != nil {
				t.Fatalf("%s cannot read %q any more: %q", r.Name, file, fixed)
			}
			lost := slices.DeleteFunc(slices.Collect(maps.Keys(before)), func(k string) bool { return !isName(k) || after[k] == before[k] })
			if len(lost) > lines {
				t.Fatalf("%s lost %q of %q: %q", r.Name, lost, file, fixed)
			}
		}
	})
}

// chosenReaders are those whose bits are set.
func chosenReaders(bits uint8) []Reader {
	var readers []Reader
	for i, r := range Readers {
		if bits&(1<<i) != 0 {
			readers = append(readers, r)
		}
	}
	return readers
}

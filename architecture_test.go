package main

import (
	"flag"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/architecture.svg")

// TestArchitecture draws which folder imports which, the higher above the lower. What
// is imported by way of another has no line of its own.
func TestArchitecture(t *testing.T) {
	t.Parallel()
	g := map[string]map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "testdata" {
			return fs.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := folder(filepath.Dir(path))
		for _, i := range file.Imports {
			if to, ours := strings.CutPrefix(strings.Trim(i.Path.Value, `"`), "smtp-wizard/"); ours && folder(to) != from {
				if g[from] == nil {
					g[from] = map[string]bool{}
				}
				g[from][folder(to)] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	floors := floorsOf(t, g)
	if got := floors["main.go"]; got < 6 {
		t.Errorf("main.go is on floor %d", got)
	}
	svg := draw(g, floors)
	if *update {
		err = os.WriteFile("docs/architecture.svg", []byte(svg), 0o644)
	}
	if old, _ := os.ReadFile("docs/architecture.svg"); string(old) != svg || err != nil {
		t.Errorf("docs/architecture.svg is not current: run go test . -update (%v)", err)
	}
}

// folder is the part of the house that a package belongs to.
func folder(pkg string) string {
	if pkg == "." {
		return "main.go"
	}
	top, rest, _ := strings.Cut(filepath.ToSlash(pkg), "/")
	if top == "internal" { // its packages have no more in common
		return "internal/" + rest
	}
	return top
}

// floorsOf puts what main.go reaches above all that it imports.
func floorsOf(t *testing.T, g map[string]map[string]bool) map[string]int {
	t.Helper()
	floors := map[string]int{}
	var visit func(string, []string) int
	visit = func(at string, above []string) int {
		if slices.Contains(above, at) {
			t.Fatalf("imports in a circle: %v", append(above, at))
		}
		floors[at] = 0
		for to := range g[at] {
			floors[at] = max(floors[at], 1+visit(to, append(above, at)))
		}
		return floors[at]
	}
	visit("main.go", nil)
	return floors
}

func draw(g map[string]map[string]bool, floors map[string]int) string {
	const width, high, boxWidth, boxHigh = 720, 74, 124, 34
	names := slices.Sorted(maps.Keys(floors))
	x, y := map[string]int{}, map[string]int{}
	for f := range floors["main.go"] + 1 {
		row := slices.DeleteFunc(slices.Clone(names), func(n string) bool { return floors[n] != f })
		for i, n := range row {
			x[n], y[n] = width*(2*i+1)/(2*len(row)), high*(floors["main.go"]-f)+10
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="ui-monospace,monospace" font-size="14" text-anchor="middle">`+"\n",
		width, high*floors["main.go"]+boxHigh+20)
	b.WriteString(`<!-- Drawn from the imports by go test . -update -->` + "\n" + `<rect width="100%" height="100%" rx="6" fill="#fff"/>` + "\n")
	for _, from := range names {
		for _, to := range slices.Sorted(maps.Keys(g[from])) {
			if !slices.ContainsFunc(names, func(by string) bool { return by != to && g[from][by] && reaches(g, by, to) }) {
				fmt.Fprintf(&b, `<path d="M%d %dC%d %d %d %d %d %d" fill="none" stroke="#5e81ac"/>`+"\n",
					x[from], y[from]+boxHigh, x[from], y[from]+boxHigh+high/2, x[to], y[to]-high/2, x[to], y[to])
			}
		}
	}
	for _, n := range names {
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="%d" height="%d" rx="5" fill="#eceff4" stroke="#4c566a"/><text x="%d" y="%d" fill="#2e3440">%s</text>`+"\n",
			x[n]-boxWidth/2, y[n], boxWidth, boxHigh, x[n], y[n]+22, n)
	}
	return b.String() + "</svg>\n"
}

func reaches(g map[string]map[string]bool, from, to string) bool {
	for by := range g[from] {
		if by == to || reaches(g, by, to) {
			return true
		}
	}
	return false
}

package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

const mostLines, mostOfFunction = 400, 60 // of a file and of a function in the product

// TestSizes keeps files and functions to what can be read at once.
func TestSizes(t *testing.T) {
	t.Parallel()
	seen := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.Name() == "testdata":
			return fs.SkipDir
		case filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		lines := func(n ast.Node) int { return set.Position(n.End()).Line - set.Position(n.Pos()).Line + 1 }
		if n := set.File(file.Pos()).LineCount(); n > mostLines+1 {
			t.Errorf("%s has %d lines", path, n)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && lines(f) > mostOfFunction {
				t.Errorf("%s: %s has %d lines", path, f.Name.Name, lines(f))
			}
			seen++
		}
		return nil
	})
	if err != nil || seen < 1000 {
		t.Errorf("%d declarations were read: %v", seen, err)
	}
}

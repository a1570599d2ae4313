package pocketid

import (
	"fmt"
	"strings"
	"testing"
)

// The .env of a compose project may be anything: variables that double each
// other are not put in, nor is a long one, which the compose file could repeat.
func TestDotenvIsBounded(t *testing.T) {
	t.Parallel()
	doubling := "A0=xxxxxxxxxx\n"
	for i := range 40 {
		doubling += fmt.Sprintf("A%d=${A%d}${A%d}\n", i+1, i, i)
	}
	m := fakeMachine(map[string]string{
		"/doubling": doubling,
		"/long":     "TAG=v2\nLONG=" + strings.Repeat("x", maxVariable+1) + "\n",
	})
	if env := m.dotenv("/doubling"); env != nil {
		t.Errorf("%d variables", len(env))
	}
	if env := m.dotenv("/long"); len(env) != 1 || env["TAG"] != "v2" {
		t.Errorf("%d variables", len(env))
	}
}

//go:build e2e

package e2e

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"smtp-wizard/envwriter"
	"smtp-wizard/internal/casetest"
)

// envValues are the hostile values that the tests of envwriter use too.
func envValues(t *testing.T) []string {
	t.Helper()
	file, err := os.ReadFile("../envwriter/testdata/values.txt")
	casetest.Must(t, err)
	var out []string
	for line := range strings.Lines(string(file)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		value, err := strconv.Unquote(line)
		casetest.Must(t, err)
		out = append(out, value)
	}
	return out
}

// envFiles are every value in every encoding between two other keys, and files
// of other peculiarities.
func envFiles(t *testing.T) []string {
	t.Helper()
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`)
	ticks := strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`")
	encode := []func(string) string{
		func(v string) string { return v },
		func(v string) string { return "'" + v + "'" },
		func(v string) string { return `"` + v + `"` },
		func(v string) string { return `"` + escape.Replace(v) + `"` },
		func(v string) string { return `"` + ticks.Replace(v) + `"` },
		func(v string) string { return "'" + strings.ReplaceAll(v, "'", `'"'"'`) + "'" },
		func(v string) string { return "`" + v + "`" },
	}
	var out []string
	for _, v := range envValues(t) {
		for _, enc := range encode {
			out = append(out, "A=first\nSECRET="+enc(v)+"\nZ=last\n", "A=first\nSECRET="+enc(v))
		}
	}
	return append(out, envPeculiar...)
}

var envPeculiar = []string{
	"", "\n", "#", "# only a comment", "# A=b", "A", "A\n", "A\nB=1\n", "A=\nB=1\n", "A= \nB=1\n", "A=", "A= ", "A=  x\n", "A=\tx\n", "A=x\t\n", "A=x  \n",
	"export A=1\n", "export  A=1\n", " export A=1\n", "export\tA=1\n", "export A\nB=1\n", "export A=1 B=2\n", "export A=", "exportA=1\n",
	"A = 1\n", "A =1\n", "A= 1\n", "A: 1\n", "A:1\nB=2", "A : 1\n", "A=1\r\nB=2\r\n", "A='1'\r\nB=\"2\"\r\n", "A=1\rB=2\n", "\ufeffA=1\nB=2\n", "\ufeff# c\nA=1\n",
	"A=1 # note\nB=2\n", "A='1' # note\nB=2\n", "A=\"1\" # note\nB=2\n", "A=1 #note 'x\nB=2\n", "A=1# x\n", "A=#x\nB=1", "A= #x\nB=1", "A='1'#x\nB=1\n", "A='1' x\nB=1\n", "A='x'y\nB=1\n", "A=x'y'\nB=1\n", "A='a'='b'\nB=1",
	"# note \\\nA=1\nB=2\n", "; note\nA=1\n", "A=1\\\nB=2\n", "A=1\\\n\nB=2\n", "A=1\\", "A=1\\\n", "A='1\\\nB=2\n", "A=1\\\\\nB=2\n", "\\\nA=1\n", "A\\\n=1\n",
	"A='x\nB=1\n", "A=\"x\nB=2", "A=`x\nB=1\n", "A='x", "A=\"x", "A=`a\nb`\nC=1", "A='a\nb'\nC=1", "A=\"a\nb\"\nC=1", "A='a\n# b\nB=1'\nC=2\n",
	"=x\nB=1\n", " =x\nB=1\n", "A B=1\n", "A-B=1\nC=2\n", "A.B=1\nC=2\n", "1A=1\nB=2\n", "A=1\nA=2\n", "A=2\nexport A=3\nA=1\n", " A=1\n", "\tA=1\n", " \t\n A=1\n", "A=1\n\t B=2", "A=1\n B = 2\n",
	"A=x\nB=$A\nC=${A}\nD='$A'\nE=\"$A-${A}\"\nF=\\$A\nG=$A$A\n", "A=${B}\nB=1\n", "A=$B_C\n", "A=${B:-c}\n", "A=$\n", "A=a$\nB=1\n", "A=\"$\"\nB=1\n", "A=\"a$ b\"\n", "A=$.x\n",
	"A=\"a\\nb\"\n", "A='a\\nb'\n", "A=\"a\\tb\\\"c\\\\d\\$e\\`f\\g\"\n", "A='x\\'y'\nB=1\n", "A=\"x\\\"y\"\nB=1\n", "A=\u00a0x\u00a0\n", "A=x\u00a0\nB=1\n", "A=''\nB=\"\"\n", "A='' \n", "A=' '\n", "A=\"\"\"\"\nB=1\n",
	"A=~\nB=1\n", "A='~'\nB=1\n", "A=x~\nB=1\n", "A=*\nB=?\nC=[a]\n", "A={a,b}\nB=!x\n", "A=a:b:c\n", "A=1 B=2\n", "A=1;B=2\n", "A=1 && B=2\n", "A=$(echo x)\n", "A=`echo x`\n", "A=(a b)\n", "A+=x\n", "A[0]=x\n", "A=x|y\n", "A=x#y\n",
	"A=\x01\nB=\x7f\nC=\x81\n", "A=\x81\x88\nB=1\n", "A=caf\xe9\nB=1\n", "A=1\n\n\n\nB=2\n\n", "A=1\n   \n\t\nB=2\n", "A=1\n#\n# x\nB=2\n   # y\n", "A=\v1\n", "A=\f1\f\nB=2\n", "\vA=1\nB=2\n", "A=1\u0085B=2\n", "A=1\u2028B=2\n",
}

// envSame compares what a model and the real program find, apart from what every
// process has in its environment.
func envSame(model, real map[string]string) bool {
	for _, name := range []string{"PWD", "OLDPWD", "SHLVL", "_", "PATH"} {
		if _, found := model[name]; !found {
			delete(real, name)
		}
	}
	if len(model) != len(real) {
		return false
	}
	for key, value := range model {
		if got, found := real[key]; !found || got != value {
			return false
		}
	}
	return true
}

// envReading is what one variant of a reader makes of a file.
func envReading(t *testing.T, name, note, file string) (map[string]string, error) {
	t.Helper()
	reader, err := envwriter.ReaderNamed(name)
	casetest.Must(t, err)
	i := slices.IndexFunc(reader.Variants, func(v envwriter.Variant) bool { return v.Note == note })
	return reader.Variants[i].Read([]byte(file))
}

func TestEnvShells(t *testing.T) {
	files := envFiles(t)
	for _, shell := range []string{"dash", "bash", "busybox"} {
		t.Run(shell, func(t *testing.T) {
			executable := need(t, shell)
			path := filepath.Join(t.TempDir(), "env")
			compared := 0
			for _, file := range files {
				model, err := envReading(t, "sh", "nothing set", file)
				if inherited, _ := envReading(t, "sh", "everything set", file); err != nil || !maps.Equal(model, inherited) {
					continue // what the model does not know, or what depends on the environment, is never written
				}
				casetest.Must(t, os.WriteFile(path, []byte(file), 0o600))
				args := []string{"-c", `set -a; . "$0"; exec /usr/bin/env -0`, path}
				if shell == "busybox" {
					args = append([]string{"sh"}, args...)
				}
				cmd := program(t, executable, args...)
				cmd.Env = []string{}
				cmd.Dir = filepath.Dir(path)
				out, err := cmd.Output()
				if err != nil {
					t.Errorf("%q: the shell fails: %v", file, err)
					continue
				}
				compared++
				if real := envVars(strings.Split(string(out), "\x00")); !envSame(model, real) {
					t.Errorf("%q:\nmodel %q\nreal  %q", file, model, real)
				}
			}
			t.Logf("%d files compared", compared)
		})
	}
}

// envVars are the variables of an environment.
func envVars(entries []string) map[string]string {
	vars := map[string]string{}
	for _, entry := range entries {
		if key, value, found := strings.Cut(entry, "="); found {
			vars[key] = value
		}
	}
	return vars
}

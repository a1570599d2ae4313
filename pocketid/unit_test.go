package pocketid

import (
	"slices"
	"strings"
	"testing"
)

func TestParseUnit(t *testing.T) {
	t.Parallel()
	unit := parseUnit([]byte("# a comment\n; another\n[Service]\nUser = pid\nExecStart=/usr/bin/docker run \\\n  --env-file=/etc/pid.env\n" +
		"EnvironmentFile=/a\nEnvironmentFile=\nEnvironmentFile=-/b\nno key\n[Install]\nUser=other\n"))
	for key, want := range map[string][]string{
		"Service.User": {"pid"}, "Install.User": {"other"}, "Service.EnvironmentFile": {"-/b"},
		"Service.ExecStart": {"/usr/bin/docker run  --env-file=/etc/pid.env"}, "Service.no key": nil,
	} {
		if !slices.Equal(unit[key], want) {
			t.Errorf("%s: %q, want %q", key, unit[key], want)
		}
	}
}

func FuzzParseUnit(f *testing.F) {
	for _, s := range []string{proxmoxUnit, "[S]\nA=\\\nb", "=x\n[]\n=", "[a\nb]=c", "A=1\\", "\\\n\\\n\\"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for key, values := range parseUnit(data) {
			if !strings.Contains(key, ".") || len(values) == 0 {
				t.Errorf("%q: %q", key, values)
			}
			for _, value := range values {
				if value == "" || strings.TrimSpace(value) != value || strings.Contains(value, "\n") {
					t.Errorf("%q has the value %q", key, value)
				}
			}
		}
	})
}

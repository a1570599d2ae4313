package envwriter

import (
	"strings"
	"testing"
)

func draw(lines []DiffLine) string {
	var out strings.Builder
	sign := map[DiffOp]string{Context: "  ", Minus: "- ", Plus: "+ ", Gap: "..."}
	for _, l := range lines {
		out.WriteString(sign[l.Op] + l.Text + "\n")
	}
	return out.String()
}

func TestDiff(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, old, new string
		secret         []string
		want           string
	}{
		{"equal", "A=1\n", "A=1\n", nil, ""},
		{"new file", "", "A=1\nB=2\n", nil, "+ A=1\n+ B=2\n"},
		{"line end at the end", "A=1", "A=1\n\nB=2\n", nil, "  A=1\n+ \n+ B=2\n"},
		{"secret changed", "SMTP_PASSWORD='abcdefgh'\nA=1\n", "SMTP_PASSWORD=\"it's a much longer one\"\nA=1\n", nil,
			"- SMTP_PASSWORD='••••••••'\n+ SMTP_PASSWORD=\"••••••••\"\n  A=1\n"},
		{"secret by name in context", "ENCRYPTION_KEY=aaaa\nMAXMIND_LICENSE_KEY=bbbb # note\nA=1\n", "ENCRYPTION_KEY=aaaa\nMAXMIND_LICENSE_KEY=bbbb # note\nA=2\n", nil,
			"  ENCRYPTION_KEY=••••••••\n  MAXMIND_LICENSE_KEY=••••••••\n- A=1\n+ A=2\n"},
		{"secret by request", "A=1\n", "A=2\n", []string{"A"}, "- A=••••••••\n+ A=••••••••\n"},
		{"an empty secret is no secret", "ENCRYPTION_KEY=\nSMTP_PASSWORD=''\n", "ENCRYPTION_KEY=x\nSMTP_PASSWORD=''\n", nil,
			"- ENCRYPTION_KEY=\n+ ENCRYPTION_KEY=••••••••\n  SMTP_PASSWORD=''\n"},
		{"not a secret", "SMTP_PASSWORD_FILE=/run/x\nEMAIL_API_KEY_EXPIRATION_ENABLED=true\n", "", nil,
			"- SMTP_PASSWORD_FILE=/run/x\n- EMAIL_API_KEY_EXPIRATION_ENABLED=true\n"},
		{"secret of several lines", "A_SECRET='abc\ndef\nghi'\nB=1\n", "A_SECRET='abc\nxyz\nghi'\nB=1\n", nil,
			"- A_SECRET='••••••••'\n+ A_SECRET='••••••••'\n  B=1\n"},
		{"commented out", "# SMTP_PASSWORD=abcdef\n#export API_TOKEN: xyz\n", "", nil, "- # SMTP_PASSWORD=••••••••\n- #export API_TOKEN:••••••••\n"},
		{"password in a URL", "DB=postgres://pocket:hunter2@db/x?y=a@b\n", "", nil, "- DB=postgres://pocket:••••••••@b\n"},
		{"what cannot be made out", "hello world\n", "", nil, "- ••••••••\n"},
		{"open secret", "MY_SECRET='abc\ndef=ghi\n", "", nil, "- ••••••••\n- ••••••••\n"},
		{"joined secret", "MY_SECRET=abc\\\nDEF=ghi\nA=1\n", "", nil, "- MY_SECRET=••••••••\n- ••••••••\n- A=1\n"},
		{"control characters", "A=\x1b[31m\u202e\t\xff\n", "", nil, "- A=\\u001b[31m\\u202e\\t\\xff\n"},
		{"far apart", "A=1\nB\nC=1\nD=1\nE=1\nF=1\nG=1\nH=1\nI=1\nJ=1\n", "A=2\nB\nC=1\nD=1\nE=1\nF=1\nG=1\nH=1\nI=1\nJ=2\n", nil,
			"- A=1\n+ A=2\n  ••••••••\n  C=1\n...\n  H=1\n  I=1\n- J=1\n+ J=2\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := draw(Diff([]byte(c.old), []byte(c.new), c.secret)); got != c.want {
				t.Errorf("draws\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestView(t *testing.T) {
	t.Parallel()
	got := strings.Join(View([]byte("# c\nTOKEN=abc\n\nA='x\ny'\r\nB=1"), []string{"B"}), "|")
	if want := "# c|TOKEN=••••••••||A='x|y'|B=••••••••"; got != want {
		t.Errorf("shows %q, want %q", got, want)
	}
}

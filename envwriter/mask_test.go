package envwriter

import (
	"strings"
	"testing"
)

// onlyA is for keys that begin with A.
func onlyA(key, value string) bool { return strings.HasPrefix(key, "A") }

func TestWhatIsShown(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"A=1\nexport A2 = 'x y' # note\r\nB=1\n\n# c\nC=": "A=1|export A2 = 'x y'|B=••••••••|C=",
		"B='x'\nC=\"x\ny\"\nD=`x`\nE=''\n":                "B='••••••••'|C=\"••••••••\"|D=`••••••••`|E=''",
		"A='x\ny'\n":                                      "A='••••••••'",
		// An old password in a comment, whatever it is called there.
		"# old one: s3kr1t\n#SMTP_PASSWORD=s3kr1t\nA=1 # s3kr1t\n": "A=1",
		// What cannot be made out, and what follows it, up to a key that is known.
		"hello s3kr1t\nB=1\nA=1\nB=1\n":                           "••••••••|••••••••|A=1|B=••••••••",
		"B='abc\ns3kr1t=x\n":                                      "••••••••|••••••••",
		"B=abc\\\nA=s3kr1t\nC=1\n":                                "B=••••••••|••••••••|C=••••••••",
		"B=-----BEGIN RSA PRIVATE KEY-----\ns3kr1t=\ns3kr1t\nA=1": "B=••••••••|••••••••|••••••••|A=1",
		// A token that is user name and password at once.
		"A_USER=s3kr1t\nPASSWORD='s3kr1t'\n":         "A_USER=••••••••|PASSWORD='••••••••'",
		"A_USER=\"s3\\$kr1t\"\nPASSWORD='s3$kr1t'\n": "A_USER=\"••••••••\"|PASSWORD='••••••••'",
		"A=\x1b[31m\u202e\t\xff\n":                   `A=?[31m\u{202E} ?`,
	} {
		if got := strings.Join(View([]byte(text), onlyA), "|"); got != want {
			t.Errorf("%q is shown as\n%s\nwant\n%s", text, got, want)
		}
	}
}

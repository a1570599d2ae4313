package deliverability

import (
	"strconv"
	"strings"
	"testing"
)

func TestParseSPF(t *testing.T) {
	t.Parallel()
	tests := []struct {
		txt  string
		want string // the terms, written out; "" is an error
	}{
		{"v=spf1 -all", "-all"},
		{"V=SPF1 Include:_SPF.Google.com. ~ALL", "+include:_spf.google.com ~all"},
		{"v=spf1 a mx/24 a:mail.example.com/24//64 mx:example.net//48 -all", "+a +mx/24 +a:mail.example.com/24//64 +mx:example.net//48 -all"},
		{"v=spf1 ip4:192.0.2.7 ip4:192.0.2.0/24 ip6:2001:db8::/32 ?all", "+ip4:192.0.2.7/32 +ip4:192.0.2.0/24 +ip6:2001:db8::/32 ?all"},
		{"v=spf1 ip4:192.0.2.99/24", "+ip4:192.0.2.0/24"},
		{"v=spf1 redirect=_spf.example.com", "redirect=_spf.example.com"},
		{"v=spf1 mx exp=why.example.com unknown=%{x} -all", "+mx -all"},
		{"v=spf1 ptr ptr:example.com exists:%{i}.x.example.com", "+ptr +ptr:example.com +exists:%{i}.x.example.com"},
		{"v=spf1   mx    ~all  ", "+mx ~all"},
		{"v=spf1", " "},
		{"v=spf10 -all", ""},
		{"v=spf1\t-all", ""},
		{"spf1 -all", ""},
		{"v=spf1 ipv4:192.0.2.7 -all", ""},
		{"v=spf1 ip4:2001:db8::1", ""},
		{"v=spf1 ip6:192.0.2.7", ""},
		{"v=spf1 ip4:192.0.2.0/33", ""},
		{"v=spf1 ip4:192.0.2.0/+8", ""},
		{"v=spf1 ip4:", ""},
		{"v=spf1 include: -all", ""},
		{"v=spf1 include -all", ""},
		{"v=spf1 a: -all", ""},
		{"v=spf1 a/ -all", ""},
		{"v=spf1 a//129 -all", ""},
		{"v=spf1 all:example.com", ""},
		{"v=spf1 redirect=a.example redirect=b.example", ""},
		{"v=spf1 - all", ""},
		{"v=spf1 include:a\x1b[31m.example -all", ""},
		{"v=spf1 include:bücher.example -all", ""},
		{"v=spf1 " + strings.Repeat("a ", mostTerms+1), ""},
		{"v=spf1 " + strings.Repeat(" ", mostRecord), ""},
	}
	for _, tt := range tests {
		r, err := ParseSPF(tt.txt)
		if got := written(r); (err != nil) != (tt.want == "") || err == nil && got != strings.TrimSpace(tt.want) {
			t.Errorf("ParseSPF(%.60q) = %q, %v; want %q", tt.txt, got, err, tt.want)
		}
	}
}

// written is a record in one form.
func written(r SPF) string {
	var words []string
	for _, term := range r.Terms {
		word := string(term.Qualifier) + term.Mechanism
		switch {
		case term.Prefix.IsValid():
			word += ":" + term.Prefix.String()
		case term.Domain != "":
			word += ":" + term.Domain
		}
		if term.Bits4 != 32 && term.Bits4 != 0 {
			word += "/" + strconv.Itoa(term.Bits4)
		}
		if term.Bits6 != 128 && term.Bits6 != 0 {
			word += "//" + strconv.Itoa(term.Bits6)
		}
		words = append(words, word)
	}
	if r.Redirect != "" {
		words = append(words, "redirect="+r.Redirect)
	}
	return strings.Join(words, " ")
}

func TestSPFWith(t *testing.T) {
	t.Parallel()
	for txt, want := range map[string]string{
		"v=spf1 mx -all":                 "v=spf1 mx include:x.example -all",
		"v=spf1 mx":                      "v=spf1 mx include:x.example",
		"v=spf1 ALL":                     "v=spf1 include:x.example ALL",
		"v=spf1 redirect=_spf.y.example": "v=spf1 include:x.example redirect=_spf.y.example",
		"v=spf1 a:all.example ~all":      "v=spf1 a:all.example include:x.example ~all",
	} {
		r, err := ParseSPF(txt)
		if got := r.With("include:x.example"); err != nil || got != want {
			t.Errorf("%q becomes %q, %v; want %q", txt, got, err, want)
		}
	}
}

func FuzzParseSPF(f *testing.F) {
	for _, s := range []string{"v=spf1", "v=spf1 a:x/1//2 mx ip4:1.2.3.4/5 ip6:::/0 -all", "v=spf1 redirect=%{d}", "v=spf1 +include:", "v=spf1 =", "v=spf1 ?"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, txt string) {
		r, err := ParseSPF(txt)
		if err != nil {
			if strings.ContainsFunc(err.Error(), isControl) {
				t.Errorf("%q: the error carries control characters: %q", txt, err)
			}
			return
		}
		longer, err := ParseSPF(r.With("include:x.example"))
		if err != nil && len(txt) < mostRecord-100 && len(r.Terms) < mostTerms {
			t.Fatalf("%q cannot be read with one term more: %v", txt, err)
		}
		if err == nil && len(longer.Terms) != len(r.Terms)+1 {
			t.Errorf("%q has %d terms, then %d", txt, len(r.Terms), len(longer.Terms))
		}
	})
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

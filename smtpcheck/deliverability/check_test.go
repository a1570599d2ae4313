package deliverability

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"smtp-wizard/internal/casetest"
)

// spfOf is the SPF hint for a domain in a DNS of TXT records.
func spfOf(t *testing.T, q Query, txt map[string][]string) (Hint, *table) {
	t.Helper()
	q.Domain = "example.com"
	dns := &table{txt: txt,
		host: map[string][]string{"mail.example.com": {"198.51.100.9", "2001:db8:1::9"}},
		mx:   map[string][]*net.MX{"example.com": {{Host: "mail.example.com."}}}}
	return hintOf(t, dns, q, "spf"), dns
}

func hintOf(t *testing.T, dns Resolver, q Query, id string) Hint {
	t.Helper()
	hints := Check(t.Context(), dns, q)
	i := slices.IndexFunc(hints, func(h Hint) bool { return h.ID == id })
	if i < 0 {
		t.Fatalf("nothing is said of %s", id)
	}
	return hints[i]
}

func (h Hint) expect(t *testing.T, name string, level Level, say string) {
	t.Helper()
	if h.Level != level || !strings.Contains(h.Text, say) {
		t.Errorf("%s: %s, %q; want %s, %q", name, h.Level, h.Text, level, say)
	}
}

var google = Query{Provider: "Google", Includes: []string{"_spf.google.com"}}

func TestSPFOfProvider(t *testing.T) {
	t.Parallel()
	const theirs = "v=spf1 include:_nb.google.com ~all"
	tests := casetest.Read[[]struct {
		Name    string
		Records []string
		Others  map[string][]string
		Level   Level
		Say     string
	}](t, "spfofprovider")
	for _, tt := range tests {
		txt := map[string][]string{"example.com": tt.Records, "_spf.google.com": {theirs}, "_nb.google.com": {"v=spf1 ip4:192.0.2.0/24 ~all"}}
		for name, records := range tt.Others {
			txt[name] = records
		}
		h, _ := spfOf(t, google, txt)
		h.expect(t, tt.Name, tt.Level, tt.Say)
	}
}

// What the relay's own record needs counts towards the limit, and nothing is
// asked beyond it.
func TestSPFLookupLimit(t *testing.T) {
	t.Parallel()
	for before, level := range map[int]Level{0: Good, 8: Good, 9: Advice, 10: Advice, 300: Advice} {
		txt := map[string][]string{"_spf.google.com": {"v=spf1 include:_nb.google.com ~all"}, "_nb.google.com": {"v=spf1 -all"}}
		record := "v=spf1"
		for i := range before {
			name := fmt.Sprintf("n%d.example.com", i)
			record += " include:" + name
			txt[name] = []string{"v=spf1 -all"}
		}
		txt["example.com"] = []string{record + " include:_spf.google.com -all"}
		h, dns := spfOf(t, google, txt)
		if h.Level != level || level == Advice && !strings.Contains(h.Text, "10 DNS look-ups") {
			t.Errorf("%d includes before it: %s, %q", before, h.Level, h.Text)
		}
		if n := len(dns.asked); n > 15 {
			t.Errorf("%d includes before it: %d questions", before, n)
		}
	}
}

func TestSPFOfAddresses(t *testing.T) {
	t.Parallel()
	own := Query{Host: "198.51.100.9", Own: true}
	direct := Query{Host: "198.51.100.200", Direct: true, Source: speaksFrom("203.0.113.5")}
	nat := Query{Host: "198.51.100.200", Direct: true, Source: speaksFrom("10.0.0.5")}
	service := Query{Host: "198.51.100.9", Provider: "Some Service"}
	tests := []struct {
		q      Query
		record string
		level  Level
		say    string
	}{
		{own, "v=spf1 ip4:198.51.100.0/24 -all", Good, "lists 198.51.100.9"},
		{own, "v=spf1 mx -all", Good, "lists 198.51.100.9"},
		{own, "v=spf1 a:mail.example.com -all", Good, "lists 198.51.100.9"},
		{own, "v=spf1 a -all", Unknown, "none of the addresses at hand. If mail leaves from them, add ip4:198.51.100.9."},
		{own, "v=spf1 ip4:192.0.2.0/24 -all", Unknown, "add ip4:198.51.100.9."},
		{Query{Host: "2001:db8:1::77", Own: true}, "v=spf1 mx//64 -all", Good, "lists 2001:db8:1::77"},
		{Query{Host: "2001:db8:1::77", Own: true}, "v=spf1 mx -all", Unknown, "add ip6:2001:db8:1::77."},
		{Query{Host: "127.0.0.1", Own: true}, "v=spf1 mx -all", Unknown, "has an SPF record"},
		{direct, "v=spf1 ip4:203.0.113.5 -all", Good, "lists 203.0.113.5"},
		{direct, "v=spf1 mx -all", Unknown, "add ip4:203.0.113.5."},
		{nat, "v=spf1 mx -all", Unknown, "has an SPF record"},
		{own, "no SPF", Advice, ": v=spf1 ip4:198.51.100.9 ~all"},
		{Query{Host: "127.0.0.1", Own: true}, "no SPF", Advice, "v=spf1 ip4:ADDRESS ~all"},
		{service, "no SPF", Advice, "Ask Some Service"},
		{service, "v=spf1 mx -all", Unknown, "that Some Service sends from is not known"},
	}
	for _, tt := range tests {
		h, _ := spfOf(t, tt.q, map[string][]string{"example.com": {tt.record}})
		h.expect(t, tt.q.Host+" and "+tt.record, tt.level, tt.say)
	}
}

func TestMX(t *testing.T) {
	t.Parallel()
	mx := func(hosts ...string) map[string][]*net.MX {
		var list []*net.MX
		for i, h := range hosts {
			list = append(list, &net.MX{Host: h, Pref: uint16(len(hosts) - i)})
		}
		return map[string][]*net.MX{"example.com": list}
	}
	tests := []struct {
		dns   *table
		level Level
		say   string
	}{
		{&table{mx: mx("mx2.example.com.", "mx1.example.com.")}, Good, "mx1.example.com"},
		{&table{mx: mx(".")}, Advice, "null MX"},
		{&table{}, Advice, "no MX record"},
		{&table{mx: mx("evil\x1b[2J.example.")}, Good, "evil?[2j.example"},
	}
	for _, tt := range tests {
		hintOf(t, tt.dns, google.at("example.com"), "mx").expect(t, "MX", tt.level, tt.say)
	}
}

// The limit is by the bubble's clock: an answer that comes at all comes before it.
func TestReverse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, reverse)
}

func reverse(t *testing.T) {
	const here = "203.0.113.5"
	ptr := func(names ...string) map[string][]string { return map[string][]string{here: names} }
	host := map[string][]string{"vps.example.net": {"2001:db8::5", here}, "other.example.net": {"192.0.2.1"}}
	tests := []struct {
		name  string
		from  string
		dns   *table
		level Level
		say   string
	}{
		{"agrees", here, &table{ptr: ptr("vps.example.net."), host: host}, Good, here + " is vps.example.net"},
		{"the second name agrees", here, &table{ptr: ptr("other.example.net.", "vps.example.net."), host: host}, Good, "vps.example.net"},
		{"no PTR", here, &table{host: host}, Advice, "set it to id.example.com"},
		{"does not come back", here, &table{ptr: ptr("other.example.net."), host: host}, Advice, "says other.example.net"},
		{"behind NAT", "192.168.1.5", &table{}, Unknown, "does not see"},
		{"behind a provider's NAT", "100.64.1.5", &table{}, Unknown, "does not see"},
		{"no answer about the PTR", here, &table{silent: map[string]bool{here: true}}, Unknown, "no answer"},
		{"no answer about the name", here, &table{ptr: ptr("slow.example.net."), silent: map[string]bool{"slow.example.net": true}}, Unknown, "no answer"},
		{"hostile", here, &table{ptr: ptr("\x1b]0;x\a.example.net.")}, Advice, "?]0;x?.example.net"},
	}
	for _, tt := range tests {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		hints := Check(ctx, tt.dns, Query{Domain: "example.com", Host: "198.51.100.200", Direct: true,
			Name: "id.example.com", Source: speaksFrom(tt.from)})
		cancel()
		h := hints[len(hints)-1]
		h.expect(t, tt.name, tt.level, tt.say)
	}
}

func TestNotAskedFor(t *testing.T) {
	t.Parallel()
	dns := &table{}
	hints := Check(t.Context(), dns, Query{Domain: "example.com", Host: "198.51.100.200", Own: true, Source: speaksFrom("203.0.113.5")})
	if slices.ContainsFunc(hints, func(h Hint) bool { return h.ID == "reverse-dns" }) { // it knows this machine by its login
		t.Errorf("%+v", hints)
	}
	dns.asked = nil
	hints = Check(t.Context(), dns, Query{Domain: "gmail.com", Owner: "Gmail", Provider: "SendGrid"})
	if len(hints) != 1 || hints[0].Level != Advice || !strings.Contains(hints[0].Text, "Gmail") || len(dns.asked) > 0 {
		t.Errorf("%+v after asking %v", hints, dns.asked)
	}
}

// stuck does not listen to the context, and answers when the test is over.
type stuck struct {
	*table
	over chan struct{}
}

func (d stuck) LookupTXT(context.Context, string) ([]string, error) {
	<-d.over
	return nil, context.Canceled
}

// The clock is the bubble's, which stands still while anything has work to do.
func TestLookEndsInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, lookEndsInTime)
}

func lookEndsInTime(t *testing.T) {
	const limit = 50 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	start := time.Now()
	dns := stuck{&table{mx: map[string][]*net.MX{"example.com": {{Host: "mx.example.com."}}}}, make(chan struct{})}
	// Where Check does not end with ctx, this lets it end, too late.
	late := time.AfterFunc(time.Hour, func() { close(dns.over) })
	hints := Check(ctx, dns, google.at("example.com"))
	if took := time.Since(start); took != limit {
		t.Errorf("it took %s", took)
	}
	if late.Stop() {
		close(dns.over)
	}
	check(t, hints, map[string]string{"spf": "unknown no answer", "dmarc": "unknown no answer", "mx": "good "})
}

func (q Query) at(domain string) Query { q.Domain = domain; return q }

// Nothing that the DNS says reaches the screen as it is.
func TestHostileRecords(t *testing.T) {
	t.Parallel()
	const evil = "\x1b]0;owned\a\u202e\x00"
	many := make([]string, 5000)
	for i := range many {
		many[i] = "v=spf1 include:" + evil
	}
	for _, records := range [][]string{{"v=spf1 " + evil}, {"v=spf1 include:" + strings.Repeat("a", 100000)}, many, {"v=DMARC1; p=" + evil}} {
		dns := &table{txt: map[string][]string{"example.com": records, "_dmarc.example.com": records},
			mx: map[string][]*net.MX{"example.com": {{Host: evil}}}}
		for _, h := range Check(t.Context(), dns, google.at("example.com")) {
			if strings.ContainsFunc(h.Text, isControl) || strings.Contains(h.Text, "\u202e") || len(h.Text) > 600 {
				t.Errorf("%.700q", h.Text)
			}
		}
	}
}

func TestReserved(t *testing.T) {
	t.Parallel()
	for domain, want := range map[string]bool{
		"example.com": true, "mail.Example.ORG.": true, "a.test": true, "x.invalid": true, "localhost": true,
		"id.localhost": true, "nas.local": true, "box.home.arpa": true, "x.internal": true, "": true, "intranet": true,
		"127.0.0.1": true, "[127.0.0.1]": true, "::1": true, "[IPv6:2001:db8::1]": true,
		"notexample.com": false, "example.com.de": false, "test.de": false, "pocket-id.org": false,
	} {
		if Reserved(domain) != want {
			t.Errorf("Reserved(%q) = %v", domain, !want)
		}
	}
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

package deliverability

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// table is a DNS of the test's own: what it does not have does not exist, and
// names in silent get no answer until the context ends.
type table struct {
	txt    map[string][]string
	mx     map[string][]*net.MX
	host   map[string][]string
	ptr    map[string][]string
	silent map[string]bool

	mu    sync.Mutex
	asked []string
}

func lookUp[T any](ctx context.Context, t *table, kind, name string, records map[string][]T) ([]T, error) {
	name = strings.TrimSuffix(name, ".")
	t.mu.Lock()
	t.asked = append(t.asked, kind+" "+name)
	t.mu.Unlock()
	if t.silent[name] {
		<-ctx.Done()
		return nil, &net.DNSError{Err: "i/o timeout", Name: name, IsTimeout: true}
	}
	if list, ok := records[name]; ok {
		return list, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (t *table) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return lookUp(ctx, t, "TXT", name, t.txt)
}
func (t *table) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return lookUp(ctx, t, "MX", name, t.mx)
}
func (t *table) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	return lookUp(ctx, t, "PTR", addr, t.ptr)
}
func (t *table) LookupHost(ctx context.Context, host string) ([]string, error) {
	return lookUp(ctx, t, "A", host, t.host)
}

// speaksFrom is a Source with one answer.
func speaksFrom(address string) func(context.Context, netip.Addr) (netip.Addr, error) {
	return func(context.Context, netip.Addr) (netip.Addr, error) { return netip.MustParseAddr(address), nil }
}

// zone is a name server on loopback, so that net.Resolver itself is in the test.
func zone(t *testing.T, records map[string]dnsmessage.ResourceBody) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buffer := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if answer := respond(buffer[:n], records); answer != nil {
				conn.WriteTo(answer, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// respond answers one question.
func respond(question []byte, records map[string]dnsmessage.ResourceBody) []byte {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	name := strings.ToLower(q.Name.String())
	reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, RecursionAvailable: true}, Questions: m.Questions}
	body, ok := records[strings.TrimPrefix(q.Type.String(), "Type")+" "+name]
	if ok {
		reply.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 60}, Body: body}}
	} else {
		reply.RCode = dnsmessage.RCodeNameError
	}
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	return packed
}

func TestWithResolver(t *testing.T) {
	t.Parallel()
	name := dnsmessage.MustNewName
	dns := zone(t, map[string]dnsmessage.ResourceBody{
		"TXT firm.example.":             &dnsmessage.TXTResource{TXT: []string{"v=spf1 include:spf.rel", "ay.example -all"}}, // one record in two strings
		"TXT spf.relay.example.":        &dnsmessage.TXTResource{TXT: []string{"v=spf1 -all"}},
		"TXT _dmarc.firm.example.":      &dnsmessage.TXTResource{TXT: []string{"v=DMARC1; p=reject"}},
		"MX firm.example.":              &dnsmessage.MXResource{Pref: 0, MX: name(".")},
		"A relay.public.":               &dnsmessage.AResource{A: [4]byte{198, 51, 100, 9}},
		"PTR 5.113.0.203.in-addr.arpa.": &dnsmessage.PTRResource{PTR: name("vps.public.")},
		"A vps.public.":                 &dnsmessage.AResource{A: [4]byte{203, 0, 113, 5}},
	})
	q := Query{Domain: "Firm.Example", Host: "relay.public", Provider: "Relay", Includes: []string{"spf.relay.example"}, Direct: true,
		Source: func(_ context.Context, to netip.Addr) (netip.Addr, error) {
			if to != netip.MustParseAddr("198.51.100.9") {
				t.Errorf("the relay is %s", to)
			}
			return netip.MustParseAddr("203.0.113.5"), nil
		}}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	check(t, Check(ctx, dns, q), map[string]string{
		"spf": "good lists Relay", "dmarc": "good policy reject", "mx": "advice null MX", "reverse-dns": "good 203.0.113.5 is vps.public"})

	check(t, Check(ctx, dns, Query{Domain: "nothing.example"}), map[string]string{
		"spf": "advice no SPF record", "dmarc": "advice no DMARC record", "mx": "advice no MX record"})
}

// check compares hints with the level and some words of each.
func check(t *testing.T, hints []Hint, want map[string]string) {
	t.Helper()
	for _, h := range hints {
		level, words, _ := strings.Cut(want[h.ID], " ")
		if string(h.Level) != level || !strings.Contains(h.Text, words) {
			t.Errorf("%+v, want %s", h, want[h.ID])
		}
	}
	if len(hints) != len(want) {
		t.Errorf("%d hints, want %d", len(hints), len(want))
	}
}

// The route to loopback is loopback, and nothing need listen there.
func TestSource(t *testing.T) {
	t.Parallel()
	here := netip.MustParseAddr("127.0.0.1")
	if from, err := Source(t.Context(), here); err != nil || from != here {
		t.Errorf("%s, %v", from, err)
	}
}

package deliverability

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync"
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

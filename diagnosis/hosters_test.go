package diagnosis

import (
	"slices"
	"strings"
	"testing"
)

func TestBlockedBy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		ports []int
		want  string // ids, in order
	}{
		{nil, ""},
		{[]int{2525}, ""},
		{[]int{587}, "digitalocean linode scaleway"},
		{[]int{465, 25}, "hetzner-cloud digitalocean linode"},
		{[]int{25, 465, 587}, "digitalocean linode"},
		{[]int{2465}, "scaleway"},
		{[]int{25, 465, 587, 2525}, "digitalocean linode"},
	} {
		var got []string
		for _, h := range BlockedBy(c.ports) {
			got = append(got, h.ID)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("BlockedBy(%v) = %v, want %s", c.ports, got, c.want)
		}
	}
	if first := BlockedBy([]int{25}); len(first) < 6 || len(first[0].Blocked) != 1 {
		t.Errorf("port 25: %+v", first)
	}
}

func TestHostersAreComplete(t *testing.T) {
	t.Parallel()
	for _, h := range hosters {
		if h.ID == "" || h.Name == "" || len(h.Blocked) == 0 || len(h.Open) == 0 || !strings.HasSuffix(h.How, ".") || !strings.HasSuffix(h.Instead, ".") {
			t.Errorf("incomplete: %+v", h)
		}
		if h.Sure != "high" && h.Sure != "medium" {
			t.Errorf("%s is %q", h.ID, h.Sure)
		}
		for _, p := range h.Open {
			if slices.Contains(h.Blocked, p) {
				t.Errorf("%s: port %d is both blocked and open", h.ID, p)
			}
		}
	}
}

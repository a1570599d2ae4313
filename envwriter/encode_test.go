package envwriter

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

// TestWhichEncodingIsReadBack pins, for each kind of value, which encoding each
// reader gives back exactly. G godotenv, C compose, S systemd, H shell,
// L docker and podman.
func TestWhichEncodingIsReadBack(t *testing.T) {
	t.Parallel()
	letters := map[byte][]string{'G': {"pocket-id"}, 'C': {"compose"}, 'S': {"systemd"}, 'H': {"sh"}, 'L': {"docker", "podman"}}
	for _, c := range casetest.Read[[]struct{ Value, Encoding, Want string }](t, "whichencoding") {
		c.Value = strings.ReplaceAll(c.Value, "LONG", strings.Repeat("x", 70<<10))
		for letter, list := range letters {
			for _, name := range list {
				file := []byte(neighbours + "\n")
				views, _ := viewsOf(file, pick(t, name))
				e := &editor{doc: parse(file), changing: map[string]bool{"SECRET": true}}
				list := encodings(c.Value)
				i := slices.IndexFunc(list, func(e encoding) bool { return e.name == c.Encoding })
				next := parse(file).set("SECRET", list[i].raw, false)
				objector, _, _ := e.verify(next, views, set("SECRET", c.Value))
				got := objector == ""
				if want := strings.IndexByte(c.Want, letter) >= 0; got != want {
					t.Errorf("%.40q %s: %s reads it: %v, want %v", c.Value, c.Encoding, name, got, want)
				}
			}
		}
	}
}

// TestRandomPasswords counts how many 32-character printable passwords have a
// common encoding; what was observed with the real programs is in the table.
func TestRandomPasswords(t *testing.T) {
	t.Parallel()
	cases := []struct {
		readers  []string
		from, to int // per cent
	}{
		{[]string{"pocket-id"}, 99, 100},
		{[]string{"compose"}, 99, 100},
		{[]string{"pocket-id", "compose"}, 99, 100},
		{[]string{"pocket-id", "compose", "systemd"}, 97, 100},
		{[]string{"pocket-id", "compose", "systemd", "sh"}, 85, 97},
		{[]string{"pocket-id", "compose", "docker"}, 65, 95},
		{Names(Readers), 0, 4},
	}
	for _, c := range cases {
		t.Run(strings.Join(c.readers, "+"), func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			readers := pick(t, c.readers...)
			const tries = 50
			accepted := 0
			for range tries {
				var password [32]byte
				for i := range password {
					password[i] = byte('!' + random.IntN('~'-'!'+1))
				}
				if exactOrRefused(t, []byte(neighbours), string(password[:]), readers) {
					accepted++
				}
			}
			if share := accepted * 100 / tries; share < c.from || share > c.to {
				t.Errorf("%d %%, want %d to %d", share, c.from, c.to)
			}
		})
	}
}

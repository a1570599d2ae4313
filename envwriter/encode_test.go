package envwriter

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestWhichEncodingIsReadBack pins, for each kind of value, which encoding each
// reader gives back exactly. G godotenv, C compose, S systemd, H shell, N node,
// L docker and podman.
func TestWhichEncodingIsReadBack(t *testing.T) {
	t.Parallel()
	letters := map[byte][]string{'G': {"pocket-id"}, 'C': {"compose"}, 'S': {"systemd"}, 'H': {"sh"}, 'N': {"node"}, 'L': {"docker", "podman"}}
	const all, quoted = "GCSHNL", "GCSHN"
	cases := []struct{ value, encoding, want string }{
		{"aZ0_@%+=:,./^!?*{}[]-", "bare", all},
		{"", "bare", all},
		{"abcd efgh ijkl mnop", "bare", "GCSNL"},
		{"abcd efgh ijkl mnop", "single", quoted},
		{" a ", "bare", "L"},
		{" a ", "single", quoted},
		{"\u00a0a\u00a0", "single", quoted},
		{"a#b", "bare", "GCSHL"},
		{"a#b", "single", quoted},
		{"a #b", "bare", "LS"},
		{"a #b", "single", quoted},
		{"a;b", "bare", "GCSNL"},
		{"a;b", "single", quoted},
		{"~", "bare", "GCSNL"},
		{"~", "single", quoted},
		{"$X", "bare", "LSN"},
		{"${X}", "single", quoted},
		{`a"b`, "bare", "GCSNL"},
		{"a`b", "bare", "GCSNL"},
		{"a`\"b", "single", quoted},
		{`a\b`, "bare", "GCNL"},
		{`a\b`, "single", quoted},
		{`a\`, "bare", "GCNL"},
		{`a\`, "single", "SHN"},
		{`a\`, "escaped", "CSH"},
		{"a'b", "bare", "GCSNL"},
		{"a'b", "single", ""},
		{"a'b", "double", quoted},
		{"a'b$X", "escaped", "GCSH"},
		{`a'b"c`, "escaped", "GCSH"},
		{`a'b"`, "escaped", "CSH"},
		{`a'b\`, "escaped", "CSH"},
		{"a'$`b", "escaped", "GCS"},
		{"a'$`b", "escaped-backtick", "GSH"},
		{"a'b$c", "concatenated", "SH"},
		{"a\nb", "single", quoted},
		{"a\nb", "bare", ""},
		{strings.Repeat("x", 70<<10), "bare", quoted},
	}
	for _, c := range cases {
		for letter, list := range letters {
			for _, name := range list {
				e, err := newEdit([]byte(neighbours+"\n"), []Change{{Key: "SECRET", Value: c.value}}, pick(t, name))
				if err != nil {
					t.Fatal(err)
				}
				raw := encodingNamed(t, c.encoding)(c.value)
				got := e.judge(e.file.Set("SECRET", raw), e.order[0], e.before).ok
				if want := strings.IndexByte(c.want, letter) >= 0; got != want {
					t.Errorf("%.40q %s: %s reads it: %v, want %v", c.value, c.encoding, name, got, want)
				}
			}
		}
	}
}

func encodingNamed(t *testing.T, name string) func(string) string {
	for _, e := range encodings {
		if e.name == name {
			return e.encode
		}
	}
	t.Fatal("no encoding " + name)
	return nil
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
			const tries = 100
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

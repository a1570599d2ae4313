package pocketid

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Version is a release of Pocket ID. The zero value is "not known".
type Version struct {
	// Exact is false if the release is only assumed: a moving tag such as "v2" or
	// "latest" is taken for the newest known release.
	Exact bool

	number [3]int // major, minor, patch
	parts  int    // how many numbers were given: "2.9" prints as it was typed
	pseudo string // the name of something other than Pocket ID, or ""
}

// NewestKnown is the newest release this program knows of.
func NewestKnown() Version {
	var newest Version
	for _, c := range clients {
		for _, v := range c.newest {
			if v.compare(newest) > 0 {
				newest = v
			}
		}
	}
	return newest
}

// ParseVersion parses a release number or an image tag: "2.9.0", "v2.9",
// "2.9.0-distroless", "v2", "latest". As with images, an empty tag means latest.
func ParseVersion(s string) (Version, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	if text == "" || text == "latest" || strings.HasPrefix(text, "latest-") {
		v := NewestKnown()
		v.Exact = false
		return v, nil
	}
	text, _, _ = strings.Cut(text, "-") // "-distroless", "-rc.1"
	v := Version{Exact: true}
	for field := range strings.SplitSeq(strings.TrimPrefix(text, "v"), ".") {
		n, err := strconv.ParseUint(field, 10, 16)
		if err != nil || v.parts == len(v.number) {
			return Version{}, fmt.Errorf("%.40q is not a Pocket ID version; write it like 2.9.0, 2.9 or v2", s)
		}
		v.number[v.parts] = int(n)
		v.parts++
	}
	return v.complete(), nil
}

// complete fills in missing numbers: a major version is its newest release, a minor
// one its newest patch that changed how mail is sent.
func (v Version) complete() Version {
	for _, c := range clients {
		if v.parts == 2 && slices.Equal(c.since.number[:2], v.number[:2]) {
			v.number = c.since.number
		}
		for _, newest := range c.newest {
			if v.parts == 1 && newest.number[0] == v.number[0] && newest.compare(v) > 0 {
				v.number = newest.number
			}
		}
	}
	if v.parts == 1 {
		v.Exact, v.parts = false, 3
	}
	return v
}

var noVersion = Version{pseudo: "none", parts: 3, Exact: true}

// InBetween stands for a relay in between, msmtpd or Postfix: it announces the
// identity everywhere.
var InBetween = Version{pseudo: "a relay in between", parts: 3, Exact: true}

// SpeaksAs parses the client to imitate: a version, or "none" for an ideal client that
// always announces the confirmed identity.
func SpeaksAs(s string) (Version, error) {
	if strings.EqualFold(strings.TrimSpace(s), "none") {
		return noVersion, nil
	}
	return ParseVersion(s)
}

// MarshalText is String, after a ~ where the release is only assumed.
func (v Version) MarshalText() ([]byte, error) {
	if v.Known() && !v.Exact {
		return []byte("~" + v.String()), nil
	}
	return []byte(v.String()), nil
}

// UnmarshalText takes what MarshalText gave.
func (v *Version) UnmarshalText(text []byte) (err error) {
	release, assumed := strings.CutPrefix(string(text), "~")
	if *v = (Version{}); release == "" {
		return nil
	}
	*v, err = SpeaksAs(release)
	v.Exact = v.Exact && !assumed
	return err
}

// Known reports whether there is a version at all.
func (v Version) Known() bool { return v.parts > 0 }

// IsNone reports whether this is the pseudo version of SpeaksAs("none").
func (v Version) IsNone() bool { return v == noVersion }

// compare orders versions by their numbers: -1, 0 or +1.
func (v Version) compare(o Version) int { return slices.Compare(v.number[:], o.number[:]) }

// AtLeast reports whether v is major.minor.patch or newer.
func (v Version) AtLeast(major, minor, patch int) bool {
	return v.compare(release(major, minor, patch)) >= 0
}

// String is the version without "v", as precise as it was given: "2.9",
// "2.9.0", "none", or "" when it is not known.
func (v Version) String() string {
	switch {
	case v.parts == 0:
		return ""
	case v.pseudo != "":
		return v.pseudo
	case v.parts == 2:
		return fmt.Sprintf("%d.%d", v.number[0], v.number[1])
	}
	return fmt.Sprintf("%d.%d.%d", v.number[0], v.number[1], v.number[2])
}

// short omits a patch of 0.
func (v Version) short() string { return strings.TrimSuffix(v.String(), ".0") }

// before is the last version before v, as precisely as it is known.
func (v Version) before() string {
	switch n := v.number; {
	case n[2] > 0:
		return release(n[0], n[1], n[2]-1).String()
	case n[1] > 0:
		return fmt.Sprintf("%d.%d", n[0], n[1]-1)
	default:
		return fmt.Sprintf("%d.x", n[0]-1)
	}
}

func release(major, minor, patch int) Version {
	return Version{Exact: true, number: [3]int{major, minor, patch}, parts: 3}
}

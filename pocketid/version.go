package pocketid

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
)

// Version is a release of Pocket ID. The zero value is "not known".
type Version struct {
	Major, Minor, Patch int
	// Exact is false when the release was guessed: from a moving tag such as
	// "v2" or "latest", for which the newest known release was taken.
	Exact bool

	known bool
	// parts is how many numbers were given; "2.9" prints as it was typed.
	parts int
	// identity marks the pseudo version of SpeaksAs("none").
	identity bool
}

// NewestKnown is the newest release this program knows of.
func NewestKnown() Version {
	newest := Version{}
	for _, c := range clients {
		for _, v := range c.newest {
			if v.Compare(newest) > 0 {
				newest = v
			}
		}
	}
	return newest
}

// ParseVersion reads a release number or an image tag: "2.9.0", "v2.9",
// "2.9.0-distroless", "v2", "latest". An empty tag means latest, as it does for
// an image.
func ParseVersion(s string) (Version, error) {
	text := strings.ToLower(strings.TrimSpace(s))
	if text == "" || text == "latest" || strings.HasPrefix(text, "latest-") {
		return inexact(NewestKnown()), nil
	}
	text, _, _ = strings.Cut(text, "-") // "-distroless", "-rc.1"
	fields := strings.Split(strings.TrimPrefix(text, "v"), ".")
	if len(fields) > 3 {
		return Version{}, versionError(s)
	}
	numbers := [3]int{}
	for i, field := range fields {
		n, err := strconv.ParseUint(field, 10, 16)
		if err != nil {
			return Version{}, versionError(s)
		}
		numbers[i] = int(n)
	}
	return fromNumbers(numbers, len(fields)), nil
}

// fromNumbers completes a version of which only the first parts were given: a
// major version is its newest release, a minor one its newest patch that changed
// how mail is sent.
func fromNumbers(n [3]int, parts int) Version {
	v := release(n[0], n[1], n[2])
	v.parts = parts
	for _, c := range clients {
		if parts == 2 && c.since.Major == v.Major && c.since.Minor == v.Minor {
			v.Patch = c.since.Patch
		}
		for _, newest := range c.newest {
			if parts == 1 && newest.Major == v.Major && newest.Compare(v) > 0 {
				v = newest
			}
		}
	}
	if parts == 1 {
		return inexact(v)
	}
	return v
}

// SpeaksAs reads what to speak as: a version, or "none" for no Pocket ID at all:
// then the confirmed identity is announced everywhere.
func SpeaksAs(s string) (Version, error) {
	if strings.EqualFold(strings.TrimSpace(s), "none") {
		return Version{identity: true, known: true, Exact: true}, nil
	}
	return ParseVersion(s)
}

// Known reports whether there is a version at all.
func (v Version) Known() bool { return v.known }

// IsNone reports whether this is the pseudo version of SpeaksAs("none").
func (v Version) IsNone() bool { return v.identity }

// Compare orders versions by their numbers: -1, 0 or +1.
func (v Version) Compare(o Version) int {
	return cmp.Or(cmp.Compare(v.Major, o.Major), cmp.Compare(v.Minor, o.Minor), cmp.Compare(v.Patch, o.Patch))
}

// AtLeast reports whether v is major.minor.patch or newer.
func (v Version) AtLeast(major, minor, patch int) bool {
	return v.Compare(release(major, minor, patch)) >= 0
}

// String is the version without "v", as precise as it was given: "2.9",
// "2.9.0", "none", or "" when it is not known.
func (v Version) String() string {
	switch {
	case !v.known:
		return ""
	case v.identity:
		return "none"
	case v.parts == 2:
		return fmt.Sprintf("%d.%d", v.Major, v.Minor)
	}
	return fmt.Sprintf("%d.%d.%d", v.Major, v.Minor, v.Patch)
}

// short leaves out a patch of 0.
func (v Version) short() string {
	return strings.TrimSuffix(release(v.Major, v.Minor, v.Patch).String(), ".0")
}

// before is the version before the first of a row, as precise as it is known.
func (v Version) before() string {
	if v.Patch > 0 {
		return release(v.Major, v.Minor, v.Patch-1).String()
	}
	if v.Minor > 0 {
		return fmt.Sprintf("%d.%d", v.Major, v.Minor-1)
	}
	return fmt.Sprintf("%d.x", v.Major-1)
}

func release(major, minor, patch int) Version {
	return Version{Major: major, Minor: minor, Patch: patch, Exact: true, known: true, parts: 3}
}

func inexact(v Version) Version {
	v.Exact = false
	v.parts = 3
	return v
}

func versionError(s string) error {
	const most = 40
	if len(s) > most {
		s = s[:most]
	}
	return fmt.Errorf("%q is not a Pocket ID version; write it like 2.9.0, 2.9 or v2", s)
}

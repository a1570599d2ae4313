package diagnosis

import (
	_ "embed"
	"encoding/json"
	"slices"
)

// Hoster is a hosting company that blocks outgoing mail ports by default. It is
// advice for a port that does not answer, never a proof that this machine is
// there.
type Hoster struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Blocked []int  `json:"blocked"` // TCP ports that do not get out
	Open    []int  `json:"open"`    // mail ports that do
	How     string `json:"how"`     // how it blocks, and whether it can be lifted
	Instead string `json:"instead"` // what to do
	Sure    string `json:"sure"`    // "high" or "medium"
}

//go:embed hosters.json
var hostersJSON []byte

var hosters = readHosters()

// readHosters panics on a table that does not parse, which is a build mistake
// that the first test finds.
func readHosters() (all []Hoster) {
	if err := json.Unmarshal(hostersJSON, &all); err != nil {
		panic("hosters.json: " + err.Error())
	}
	slices.SortStableFunc(all, func(a, b Hoster) int { return len(a.Blocked) - len(b.Blocked) })
	return all
}

// BlockedBy lists the hosters that block every one of the ports by default, those
// that block the fewest others first. A port that no hoster blocks, such as 2525,
// is silent for another reason and left out. No ports, no hosters.
func BlockedBy(ports []int) (found []Hoster) {
	ports = slices.DeleteFunc(slices.Clone(ports), func(port int) bool {
		return !slices.ContainsFunc(hosters, func(h Hoster) bool { return slices.Contains(h.Blocked, port) })
	})
	for _, h := range hosters {
		open := func(port int) bool { return !slices.Contains(h.Blocked, port) }
		if len(ports) > 0 && !slices.ContainsFunc(ports, open) {
			found = append(found, h)
		}
	}
	return found
}

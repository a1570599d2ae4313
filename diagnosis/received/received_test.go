package received

import (
	"encoding/json"
	"os"
	"testing"
)

// What is no received mail stays with the refusals and logs.
func TestLeavesRefusalsAlone(t *testing.T) {
	t.Parallel()
	var corpus []struct{ Name, Text string }
	raw, err := os.ReadFile("../testdata/corpus.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &corpus); err != nil {
		t.Fatal(err)
	}
	for _, c := range corpus {
		if r, ok := Read(c.Text); ok {
			t.Errorf("%s is taken for a received mail: %s\n%.400s", c.Name, r.Cause, c.Text)
		}
	}
}

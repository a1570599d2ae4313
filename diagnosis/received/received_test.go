package received

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
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

// summary is a report in the words of the table.
func summary(r Report) map[string]string {
	all := map[string]string{"id": r.ID, "receiver": r.Auth.Receiver, "from": r.Auth.From, "hops": fmt.Sprint(len(r.Path)),
		"provider": r.Provider, "confidence": string(r.Confidence), "untrusted": strings.Join(r.Auth.Untrusted, ",")}
	if c := r.Auth.SPF; c != nil {
		all["spf"] = c.Result + ":" + c.Alignment
	}
	if c := r.Auth.DMARC; c != nil {
		all["dmarc"], all["policy"] = c.Result, c.Policy
	}
	if c := r.Auth.Composite; c != nil {
		all["compauth"] = c.Result
	}
	var signatures, filters []string
	for _, c := range r.Auth.DKIM {
		signatures = append(signatures, c.Domain+":"+c.Result+":"+c.Alignment)
	}
	for _, f := range r.Spam {
		score := ""
		if f.Score != nil {
			score = fmt.Sprintf("%g", *f.Score)
		}
		filters = append(filters, f.Name+":"+f.Verdict+":"+score)
	}
	all["dkim"], all["filters"] = strings.Join(signatures, ","), strings.Join(filters, ",")
	return all
}

var expectation = regexp.MustCompile(`(\w+)=(.*?)(?: \w+=|$)`)

// TestReceivers judges headers of real receivers.
func TestReceivers(t *testing.T) {
	t.Parallel()
	table, err := txtar.ParseFile("testdata/receivers.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range table.Files {
		about, headers, _ := strings.Cut(string(c.Data), "\n\n")
		r, ok := Read(headers)
		if !ok || r.Stage != Delivered {
			t.Errorf("%s: not taken for a received mail", c.Name)
			continue
		}
		got := summary(r)
		for line := range strings.Lines(about) {
			kind, want, _ := strings.Cut(strings.TrimSpace(line), ": ")
			switch kind {
			case "want":
				for want != "" {
					m := expectation.FindStringSubmatch(want)
					if got[m[1]] != m[2] {
						t.Errorf("%s: %s is %q, want %q", c.Name, m[1], got[m[1]], m[2])
					}
					want = strings.TrimPrefix(want[len(m[1]+"="+m[2]):], " ")
				}
			case "fix":
				if !strings.Contains(r.Fix, want) {
					t.Errorf("%s: %q is not in the fix %q", c.Name, want, r.Fix)
				}
			case "record":
				if !slices.ContainsFunc(r.Problems, func(p Problem) bool {
					return p.Record != nil && p.Record.Name+" "+p.Record.Type+" "+p.Record.Value == want && strings.Contains(p.Fix, p.Record.Value)
				}) {
					t.Errorf("%s: no record %s in %+v", c.Name, want, r.Problems)
				}
			}
		}
	}
}

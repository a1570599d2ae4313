package steps

import "testing"

// TestSentence gives no capital to what is a name and not a word.
func TestSentence(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "no answer": "No answer.", "done!": "Done!", "host.docker.internal is this machine": "host.docker.internal is this machine.",
		"https://x: find": "https://x: find.", "ro/.env: denied": "ro/.env: denied.", "a=b is wrong": "a=b is wrong.", "it.": "It.",
	} {
		if got := sentence(text); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

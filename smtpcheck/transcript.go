package smtpcheck

// Bounds of a transcript; a conversation in good order needs about 40 lines.
const (
	maxTranscriptLines = 400
	maxTranscriptBytes = 128 << 10
)

// transcript collects lines that are already safe to show.
type transcript struct {
	lines []Line
	bytes int
	full  bool
}

func (t *transcript) add(from Speaker, encrypted bool, text string) {
	if t.full {
		return
	}
	t.bytes += len(text)
	if len(t.lines) >= maxTranscriptLines || t.bytes > maxTranscriptBytes {
		t.full = true
		t.lines = append(t.lines, Line{From: SpeakerNote, Text: "the rest is left out"})
		return
	}
	t.lines = append(t.lines, Line{From: from, Encrypted: encrypted, Text: text})
}

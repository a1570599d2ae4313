package smtpcheck

// String is the line with its speaker: "S: 220 ready", "C: EHLO localhost".
func (l Line) String() string { return string(rune(l.From)) + ": " + l.Text }

package smtpcheck

import "fmt"

// Secret is a password or API key that no formatting, logging or encoding can
// show: every verb of fmt, encoding/json and log/slog prints "***". It is
// comparable, so it can be part of a key.
type Secret struct{ value string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{value} }

// Reveal returns the value. Call it only where the secret is spoken to a relay
// or written to a file.
func (s Secret) Reveal() string { return s.value }

// Empty reports whether there is no secret.
func (s Secret) Empty() bool { return s.value == "" }

// Format implements fmt.Formatter for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("***")) }

// String implements fmt.Stringer.
func (s Secret) String() string { return "***" }

// MarshalText keeps the secret out of JSON and other encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

// Package secret holds values that print as *** wherever they are printed.
package secret

import "fmt"

// Value is a password or API key that no formatting, logging or encoding can
// show: every verb of fmt, encoding/json and log/slog prints "***". It is
// comparable, so it can be part of a key.
type Value struct{ value string }

// New wraps a value.
func New(value string) Value { return Value{value} }

// Reveal returns the value. Call it only where the secret is spoken to a relay
// or written to a file.
func (s Value) Reveal() string { return s.value }

// Empty reports whether there is no secret.
func (s Value) Empty() bool { return s.value == "" }

// Format implements fmt.Formatter for every verb.
func (s Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Mask)) }

// String implements fmt.Stringer.
func (s Value) String() string { return Mask }

// MarshalText keeps the secret out of JSON and other encodings.
func (s Value) MarshalText() ([]byte, error) { return []byte(Mask), nil }

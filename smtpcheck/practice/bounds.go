package practice

import (
	"io"
	"net"
	"strings"
	"time"
	"unicode/utf8"

	"smtp-wizard/internal/text"
)

// Bounds of what strangers can make a relay remember and do.
const (
	keep           = 1000 // sessions and deliveries remembered
	maxConnections = 100  // at once
	maxCommands    = 1000 // a session
	maxKept        = 100  // EHLO names a session, and recipients a message
	maxText        = 320  // bytes of a name or an address (RFC 5321 section 4.5.3.1)
)

// keepText adds a text to a list that is bounded in both directions.
func keepText(list []string, s string) []string {
	if len(list) >= maxKept {
		return list
	}
	return append(list, clip(s))
}

// clip makes a text safe to show and cuts it, between two characters. It is a
// copy, so that the line it stood in can be freed.
func clip(s string) string {
	s = text.Clean(s)
	if len(s) <= maxText {
		return strings.Clone(s)
	}
	cut := maxText
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// turnAway ends a connection that there is no room for. Where TLS comes first
// there is nothing to say.
func turnAway(conn net.Conn, secure bool) {
	if !secure {
		_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
		_, _ = io.WriteString(conn, "421 4.3.2 Too many connections\r\n")
	}
	_ = conn.Close()
}

//go:build !windows

package command

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"smtp-wizard/internal/apptest"
	"smtp-wizard/internal/casetest"
	"smtp-wizard/internal/hostile"
	"smtp-wizard/internal/steptest"
	"smtp-wizard/internal/termtest"
	"smtp-wizard/smtpcheck/practice"
	"smtp-wizard/steps"
)

// A ride is a way through the guide by Enter alone, but for what must be typed.
type ride struct {
	name  string
	args  []string
	host  string // every host is one relay there, which judges names where it is called one
	setUp func(*rider)
	typed []typed
	exit  int
	says  string // at the end, or on the way
	most  int    // Enter; 0 is not counted
	again bool   // again over what the first one wrote, which stays byte for byte
	face  string // the only one to ride in; "" is both
	doc   string // how docs/guide.md calls it
}

// typed is what is typed where those words are, once.
type typed struct{ at, keys, line string }

// rider is a ride in one face.
type rider struct {
	t     *testing.T
	dir   string
	relay *practice.Relay
	plain bool
}

func (r *rider) file(name, text string) {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	casetest.Must(r.t, os.WriteFile(path, []byte(text), 0o600))
}

// composed is a directory with a compose project of that version.
func composed(version string) func(*rider) {
	return func(r *rider) {
		r.t.Helper()
		r.file("compose.yaml", "services:\n  pocket-id:\n    image: ghcr.io/pocket-id/pocket-id:v"+version+
			"\n    env_file: .env\n    network_mode: host\n")
	}
}

// over begins with a .env that names a relay of the catalogue.
func over(relay, mode, version string, login bool) func(*rider) {
	return func(r *rider) {
		r.t.Helper()
		o := practice.Options{}
		if login {
			o.User, o.Password = relayUser, relayPassword
		}
		r.relay = hostile.Start(r.t, hostile.Named(r.t, relay), o)
		port := r.relay.Port()
		if mode == "tls" {
			port = r.relay.TLSPort()
		}
		text := fmt.Sprintf("APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=localhost\n"+
			"SMTP_PORT=%d\nSMTP_FROM=id@example.com\nSMTP_TLS=%s\n", port, mode)
		if login {
			text += fmt.Sprintf("SMTP_USER=%s\nSMTP_PASSWORD='%s'\n", relayUser, relayPassword)
		}
		r.file(".env", text)
		composed(version)(r)
	}
}

func holding(name, text string) func(*rider) {
	return func(r *rider) { r.t.Helper(); r.file(name, text) }
}

const onScreen, inLines = "screen", "plain"

var toInbox = typed{at: "› Send test to", line: "Send test to", keys: "me@example.org"}

var rides = []ride{
	{name: "demo", args: []string{"demo"}, says: "localhost took the test", most: 9, doc: "The demo", again: true},
	{name: "demo postfix", args: []string{"demo", "--relay", "postfix"}, says: "Mail: accepted.", most: 9},
	{name: "demo open", args: []string{"demo", "--relay", "open"}, says: "Mail: accepted.", most: 9},
	{name: "rerun", setUp: over("open", "tls", "2.9.0", true), typed: []typed{toInbox}, says: "already up to date",
		again: true, most: 5, doc: "Again over a finished .env"},

	{name: "no name to announce", setUp: over("google", "starttls", "2.14.0", false), typed: []typed{toInbox}, says: "Mail: probably."},
	{name: "localhost refused", setUp: over("google", "starttls", "2.9.0", false), typed: []typed{toInbox}, says: "Mail: probably."},
	{name: "down", typed: []typed{toInbox}, exit: 11, says: "connection refused", setUp: func(r *rider) {
		composed("2.9.0")(r)
		r.file(".env", "APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=localhost\nSMTP_PORT=1\n"+
			"SMTP_FROM=id@example.com\nSMTP_TLS=starttls\n")
	}},
	{name: "login refused", setUp: over("wrong-password", "starttls", "2.9.0", true), typed: []typed{toInbox}, exit: 16, says: "535 5.7.8"},
	{name: "no such name", exit: 10, says: "relay.invalid", typed: []typed{toInbox}, setUp: func(r *rider) {
		composed("2.9.0")(r)
		r.file(".env", "APP_URL=https://id.example.com\nUI_CONFIG_DISABLED=true\nSMTP_HOST=relay.invalid\nSMTP_PORT=587\n"+
			"SMTP_FROM=id@example.com\nSMTP_TLS=starttls\n")
	}},
	{name: "empty directory", exit: 10, says: "relay.invalid", typed: []typed{
		{at: "› APP_URL", line: "APP_URL", keys: "https://id.example.com"},
		{at: "Who sends the mail?", line: "Provider", keys: "another smtp"},
		{at: "› Host", line: "Host", keys: "relay.invalid"}, toInbox}},
	{name: "unwritable", exit: 3, says: "nothing was written", typed: []typed{
		{at: "› APP_URL", line: "APP_URL", keys: "https://id.example.com"},
		{at: "Who sends the mail?", line: "Provider", keys: "another smtp"},
		{at: "› Host", line: "Host", keys: "relay.invalid"}, toInbox}},
	{name: "broken file", exit: 130, setUp: holding(".env", "APP_URL='https://id.example.com\n")},

	{name: "sender refused", setUp: over("sender-refused", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 17, face: onScreen},
	{name: "recipient refused", setUp: over("recipient-refused", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 18, face: inLines},
	{name: "relay denied", setUp: over("relay-denied", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 18, face: onScreen},
	{name: "greylisting", setUp: over("greylisting", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 18, face: inLines},
	{name: "busy", setUp: over("busy", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 17, face: onScreen},
	{name: "message refused", setUp: over("message-refused", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 19, face: inLines},
	{name: "expired", setUp: over("expired", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 15, face: onScreen},
	{name: "self-signed", setUp: over("self-signed", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 15, face: inLines},
	{name: "old TLS", setUp: over("old-tls", "tls", "2.9.0", false), typed: []typed{toInbox}, exit: 15, face: onScreen},
	{name: "no AUTH", setUp: over("no-auth", "tls", "2.9.0", true), typed: []typed{toInbox}, exit: 16, face: inLines},
	{name: "STARTTLS stripped", setUp: over("stripped", "starttls", "2.9.0", false), typed: []typed{toInbox}, exit: 14, face: onScreen},
	{name: "drops at QUIT", setUp: over("drops-at-quit", "tls", "2.10.0", false), typed: []typed{toInbox}, exit: 20, face: inLines},

	{name: "Google Workspace", host: "smtp-relay.gmail.com", setUp: composed("2.9.0"), most: 9,
		doc: "Google Workspace by address, with its compose.yaml found", says: "Mail: accepted.", typed: []typed{
			{at: "› APP_URL", line: "APP_URL", keys: "https://id.example.com"},
			{at: "Who sends the mail?", line: "Provider", keys: "google workspace smtp"}, toInbox}},
	{name: "Gmail", host: "smtp.gmail.com", most: 11, doc: "Gmail with an app password", says: "Mail: probably.", typed: []typed{
		{at: "› APP_URL", line: "APP_URL", keys: "https://id.example.com"},
		{at: "Who sends the mail?", line: "Provider", keys: "gmail or"},
		{at: "› From", line: "From", keys: "me@gmail.com"},
		{at: "› Password", line: "Password", keys: "abcd efgh ijkl mnop"}, toInbox}},
	{name: "SendGrid", host: "smtp.sendgrid.net", most: 11, doc: "SendGrid", says: "Mail: probably.", typed: []typed{
		{at: "› APP_URL", line: "APP_URL", keys: "https://id.example.com"},
		{at: "Who sends the mail?", line: "Provider", keys: "sendgrid"},
		{at: "› Password", line: "Password", keys: "SG.abcdefgh.ijklmnop"}, toInbox}},
}

const guideDocument = "../docs/guide.md"

// TestEnterEnds rides by Enter alone, in both faces: it comes to an end, and no
// screen comes a third time. Its counts are in the guide's documentation.
func TestEnterEnds(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	counts := map[string]int{}
	count := func(name string, n int) {
		mu.Lock()
		defer mu.Unlock()
		counts[name] = max(counts[name], n) // of both faces
	}
	t.Run("faces", func(t *testing.T) {
		for name, plain := range map[string]bool{onScreen: false, inLines: true} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				rideAll(t, plain, count)
			})
		}
	})
	doc, err := os.ReadFile(guideDocument)
	casetest.Must(t, err)
	if !countTable.Match(doc) {
		t.Fatal("there is no table of counts in the guide's documentation")
	}
	var table strings.Builder
	for _, c := range rides {
		if c.doc != "" && counts[c.name] == 0 || raced {
			return // not all were ridden, or not counted
		}
		if c.doc != "" {
			fmt.Fprintf(&table, "| %s | %d |\n", c.doc, counts[c.name])
		}
	}
	steptest.Golden(t, guideDocument, countTable.ReplaceAllString(string(doc), "${1}"+table.String()))
}

// countTable is the table of what Enter counts, with its head.
var countTable = regexp.MustCompile(`(?m)^(\| .* \| Enter \|\n\|.*\n)(\|.*\n)*`)

func rideAll(t *testing.T, plain bool, count func(string, int)) {
	t.Helper()
	for i, c := range rides {
		if raced && i%3 != 0 || c.face != "" && (c.face == inLines) != plain { // no code runs in all of them alone
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var r *rider
			n := fewest(t, limit(t, c), func() (int, error) {
				r = &rider{t: t, dir: t.TempDir(), plain: plain}
				if c.setUp != nil {
					c.setUp(r)
				}
				return r.ride(c)
			})
			count(c.name, n)
			if !c.again {
				return
			}
			fewest(t, limit(t, ride{most: 5}), func() (int, error) {
				before := r.files()
				n, err := r.ride(c)
				if after := r.files(); after != before && err == nil { // as where another demo has taken its port
					err = fmt.Errorf("the second ride changed\n%s\nto\n%s", before, after)
				}
				return n, err
			})
		})
	}
}

// limit is how many Enter a ride may take: what the guide's documentation says, which
// is never more than most.
func limit(t *testing.T, c ride) int {
	t.Helper()
	if c.most == 0 || raced {
		return mostEnters()
	}
	doc, err := os.ReadFile(guideDocument)
	casetest.Must(t, err)
	said := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(c.doc) + ` \| (\d+) \|$`).FindSubmatch(doc)
	if said == nil {
		return c.most
	}
	n, err := strconv.Atoi(string(said[1]))
	if err != nil || n > c.most {
		t.Errorf("%s has %s Enter for %s, at most %d", guideDocument, said[1], c.doc, c.most)
	}
	return n
}

// mostEnters is where a ride without an end is given up.
func mostEnters() int {
	if raced {
		return 200
	}
	return 40
}

// fewest rides until it takes no more Enter than it may, and only so often. A page
// that has opened by itself ignores keys for a moment, which a machine that is busy
// makes longer: Enter is then pressed once too often. What the program asks for is
// the same in every ride.
func fewest(t *testing.T, most int, ride func() (int, error)) int {
	t.Helper()
	const rides = 4
	least := mostEnters() + 1
	var failed error
	for range rides {
		n, err := ride()
		if err == nil {
			least = min(least, n)
		}
		if failed = err; least <= most {
			return least
		}
	}
	t.Errorf("%d Enter, at most %d (%v)", least, most, failed)
	return least
}

// files is what stands in the .env files.
func (r *rider) files() string {
	var out strings.Builder
	paths, _ := filepath.Glob(filepath.Join(r.dir, "*env*"))
	for _, path := range paths {
		b, _ := os.ReadFile(path)
		fmt.Fprintf(&out, "%s\n%s", filepath.Base(path), b)
	}
	return out.String()
}

// ride rides once and returns how many Enter it took.
func (r *rider) ride(c ride) (int, error) {
	r.t.Helper()
	env := filepath.Join(r.dir, ".env")
	switch {
	case c.args != nil:
		env = filepath.Join(r.dir, "demo.env")
	case c.name == "unwritable":
		env = "/sys/.env" // for root too
	}
	args := append(slices.Clone(c.args), "--env-file", env)
	if r.plain {
		args = append(args, "--plain")
	}
	w := r.start(args, c.host)
	enters, err := r.enter(w, c.typed, "")
	if err != nil {
		return 0, err
	}
	if code := w.Exit(); code != c.exit {
		return 0, fmt.Errorf("exit code %d, not %d:\n%s", code, c.exit, w.Output())
	}
	if c.says != "" && !strings.Contains(w.Flat(), c.says) && !strings.Contains(flat(w.Output()), c.says) {
		return 0, fmt.Errorf("%q is not said; the end is\n%s", c.says, w.Screen())
	}
	return enters, nil
}

// start starts the guide in this process.
func (r *rider) start(args []string, host string) apptest.Guide {
	r.t.Helper()
	return apptest.Guide{Terminal: termtest.Play(r.t, func(ctx context.Context, tty *os.File) int {
		io := onMachine(IO{In: tty, Out: tty, Err: tty, Getenv: r.getenv})
		io.World = r.world(host, io.World)
		return run(ctx, args, io)
	})}
}

// enter presses Enter until the guide ends, or shows those words, and types what is
// asked for. An error is a screen that comes a third time, or no end.
func (r *rider) enter(w apptest.Guide, asked []typed, until string) (enters int, err error) {
	r.t.Helper()
	seen, rest, written := map[string]int{}, slices.Clone(asked), 0
	for w.Rests(written) && (until == "" || !strings.Contains(w.Flat(), until)) {
		screen := w.Screen()
		if r.plain {
			screen = w.Output()[written:]
		}
		if seen[still(screen)]++; seen[still(screen)] > 2 {
			return 0, fmt.Errorf("a third time:\n%s\nafter\n%s", screen, w.Output())
		}
		written = w.Written()
		if i := slices.IndexFunc(rest, func(p typed) bool { return r.asks(p, w) }); i >= 0 {
			w.Keys(rest[i].keys)
			rest = slices.Delete(rest, i, i+1)
			w.Settled()
			written = w.Written()
		}
		w.Keys(termtest.Enter)
		if enters++; enters > mostEnters() {
			return 0, fmt.Errorf("no end:\n%s", w.Screen())
		}
	}
	return enters, nil
}

// getenv has a state of its own.
func (r *rider) getenv(name string) string {
	if name == "XDG_STATE_HOME" {
		return r.dir + "/state"
	}
	return os.Getenv(name)
}

// world is one that trusts the relay. With a host, all hosts are one relay that takes
// any login.
func (r *rider) world(host string, plain func() steps.World) func() steps.World {
	if host != "" {
		b := practice.Behavior{Host: host}
		if strings.Contains(host, "relay") {
			b.Names = practice.GoogleNames
		}
		r.relay = hostile.Start(r.t, b, practice.Options{AnyLogin: true})
	}
	return func() steps.World {
		w := plain()
		if r.relay != nil {
			w.RootCAs = r.relay.CA()
		}
		if host == "" {
			return w
		}
		w.Net.LookupHost = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
		w.Net.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			_, port, _ := net.SplitHostPort(address)
			to := map[string]int{"587": r.relay.Port(), "465": r.relay.TLSPort()}[port]
			return (&net.Dialer{}).DialContext(ctx, network, fmt.Sprint("127.0.0.1:", cmp.Or(to, 1)))
		}
		w.DNS = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, net.ErrClosed
		}}
		return w
	}
}

func (r *rider) asks(p typed, w apptest.Guide) bool {
	if !r.plain {
		return strings.Contains(w.Flat(), p.at)
	}
	out := w.Output()
	last := out[strings.LastIndexAny(out, "\n\r")+1:]
	return strings.HasPrefix(last, p.line+" ") || strings.HasPrefix(last, p.line+":")
}

func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

var changing = regexp.MustCompile(`\d+ m?s\b|[A-Z0-9]{4}-[A-Z0-9]{4}|PRACTICE\d+`)

// still is a screen without what is another each time.
func still(screen string) string { return changing.ReplaceAllString(flat(screen), "") }

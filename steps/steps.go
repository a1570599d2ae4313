// Package steps holds the pages of the guide, one file a page, and what they
// share.
//
// A live test is a line of values, each made from the one before: World.Discover
// finds what is installed (discovery.go), World.SetupFrom reads its settings
// (settings.go), World.Plan is how that client speaks, and World.RunTest has the
// conversation and says what it means (runtest.go). The page, the lines and the
// JSON show what RunTest returned.
package steps

import (
	"context"
	"crypto/x509"
	_ "embed"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/user"
	"slices"
	"strings"
	"sync"
	"time"

	"smtp-wizard/asowner"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/internal/web"
	"smtp-wizard/pocketid/install"
	"smtp-wizard/presets"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/smtpcheck/deliverability"
	"smtp-wizard/wizard"
)

// The steps, in the order of the guide.
const (
	Install  wizard.ID = "install"
	Provider wizard.ID = "provider"
	Relay    wizard.ID = "relay"
	Sender   wizard.ID = "sender"
	Identity wizard.ID = "identity"
	Listen   wizard.ID = "listen"
	LiveTest wizard.ID = "livetest"
	Arrival  wizard.ID = "arrival"
	Mails    wizard.ID = "mails"
	Write    wizard.ID = "write"
)

// The wizard's types, with these answers.
type (
	Machine = wizard.Machine[Answers]
	State   = wizard.State[Answers]
	Step    = wizard.Step[Answers]
	View    = wizard.View[Answers]
	Intent  = wizard.Intent[Answers]
)

// All are the steps in the order of the guide.
func All(w World) []Step {
	return []Step{
		installPage{w}, provider{w}, relay{w}, sender{w}, identity{w}, listen{w}, livetest{w}, arrival{w}, mails{}, write{w},
	}
}

// answerName is what a field is called on its page, and the page.
func (w World) answerName(v View, id wizard.ID, field string) string {
	for _, step := range All(w) {
		if step.ID() != id {
			continue
		}
		page := step.Page(View{Answers: v.Answers, Found: v.Found})
		if f, ok := page.FieldNamed(field); ok {
			return f.Label + " on the " + step.Name() + " page"
		}
		return "the answers on the " + step.Name() + " page"
	}
	return "the answers"
}

// errorAt is what is wrong with a field.
func errorAt(field, text string) wizard.Fault {
	return wizard.Fault{Field: field, Text: sentence(text), Tone: wizard.Bad}
}

// warnAt is a warning that a second Enter passes over.
func warnAt(field, text string) wizard.Fault {
	return wizard.Fault{Field: field, Text: text + wizard.EnterKeeps, Tone: wizard.Warn}
}

// noticeAt says what was made of an answer.
func noticeAt(field, text string) wizard.Fault {
	return wizard.Fault{Field: field, Text: text, Tone: wizard.Warn}
}

// stay keeps the page without saying anything.
func stay(a Answers) Intent { return wizard.Stay(a, wizard.Fault{}) }

// sentence turns an error's words into a sentence.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first, _, _ := strings.Cut(text, " ")
	name := strings.ContainsAny(strings.TrimRight(first, ".:,"), "./=_:@") // a host, a path, a value
	if c := text[0]; c >= 'a' && c <= 'z' && !name {
		text = string(c-'a'+'A') + text[1:]
	}
	if strings.ContainsAny(text[len(text)-1:], ".!?") {
		return text
	}
	return text + "."
}

// failed returns the error that a step's work ended with, if it did.
func failed(f wizard.Finding) error {
	err, _ := f.Result.(error)
	return err
}

// result returns a finding's result when it is there and of that type.
func result[T any](v View, id wizard.ID) (T, bool) {
	r, ok := v.Found[id].Result.(T)
	return r, ok
}

// reported returns the values of one type that a step's work has found so far.
func reported[T any](f wizard.Finding) []T {
	if all, ok := f.Result.([]T); ok {
		return slices.Clone(all)
	}
	var list []T
	for _, news := range f.News {
		if one, ok := news.(T); ok {
			list = append(list, one)
		}
	}
	return list
}

func choice(value string, cells ...string) wizard.Choice {
	return wizard.Choice{Value: value, Cells: cells}
}

// unasked reports whether nobody has given an answer to a field, not even an
// empty one.
func unasked(v View, name string) bool {
	_, text := v.Input[name]
	_, secret := v.Secrets[name]
	return !text && !secret
}

//go:embed fields.json
var fieldsJSON []byte

var fields = sync.OnceValue(func() (all map[wizard.ID]map[string]wizard.Field) {
	if err := json.Unmarshal(fieldsJSON, &all); err != nil {
		panic(fmt.Sprintf("steps: the embedded fields do not parse: %v", err))
	}
	return all
})

// field is a field of a page, with the words that fields.json has for it.
func field(page wizard.ID, name string, kind wizard.Kind, byDefault string) wizard.Field {
	f := fields()[page][name]
	f.Name, f.Kind, f.Default = name, kind, byDefault
	return f
}

// nextField asks what to do next; Enter takes the first choice.
func nextField(help string, choices ...wizard.Choice) wizard.Field {
	return wizard.Field{Name: "action", Label: "Next", Kind: wizard.ChoiceField,
		Open: true, Default: choices[0].Value, Choices: choices, Help: wizard.Help{What: help}}
}

func rowOf(tone wizard.Tone, cells ...string) wizard.Row { return wizard.Row{Tone: tone, Cells: cells} }

func verbatim(lines []string) (v wizard.Verbatim) {
	for _, line := range lines {
		v.Lines = append(v.Lines, wizard.VerbatimLine{Text: line})
	}
	return v
}

// AnswerFlag is a flag of apply that answers a field.
type AnswerFlag struct {
	Step        wizard.ID
	Field       string
	Name, Usage string
}

// AnswerFlags are the flags that the pages' fields name, except those of secrets
// and --env-file, which all commands have.
func AnswerFlags() []AnswerFlag {
	var list []AnswerFlag
	for _, step := range All(World{}) {
		for _, f := range step.Page(View{}).Field {
			name, ok := strings.CutPrefix(f.Flag, "--")
			if !ok || f.Kind == wizard.SecretField || name == "env-file" {
				continue
			}
			usage, _, _ := strings.Cut(f.Help.What, ". ")
			usage = strings.TrimSuffix(usage, ".")
			if rest, ok := strings.CutPrefix(usage, "The "); ok {
				usage = "the " + rest
			}
			list = append(list, AnswerFlag{step.ID(), f.Name, name, usage})
		}
	}
	return list
}

// World is what the steps reach outside themselves.
type World struct {
	// Hostname is os.Hostname.
	Hostname func() (string, error)
	// Look finds out what Pocket ID gets with that .env, by the files around it, and as
	// if some had other contents.
	Look func(around *asowner.Files, planned map[string][]byte) (install.Install, error)
	// Getenv is os.Getenv.
	Getenv func(string) string
	Now    func() time.Time
	// Token makes the word by which a test message is recognized.
	Token func() string

	// Access is whether a directory may be written to; nil asks the kernel.
	Access func(dir string) error

	RootCAs *x509.CertPool // nil: the system's
	Limits  smtpcheck.Limits
	Net     smtpcheck.Network

	// DNS is asked how mail is sent for a domain, and how receivers will judge it; nil
	// is net.DefaultResolver, which is never asked for a reserved name such as
	// example.com.
	DNS Resolver
	// Web is asked how mail is sent for a domain; nil is an HTTPS client where DNS is
	// the real one, else none.
	Web *web.Client
	// Offline asks DNS for nothing but the relay, and no web server.
	Offline bool
	// Source is this machine's address towards another; nil asks the kernel.
	Source func(ctx context.Context, to netip.Addr) (netip.Addr, error)

	// Bridges are the machine's addresses in networks of containers; nil asks the kernel.
	Bridges func() []Bridge

	// Masker knows the passwords of this run, for what a relay says; nil knows none.
	Masker *secret.Masker

	// Root is where the files of the machine are for a relay in between, for tests; ""
	// is the file system's. Postconf is what postconf says; nil asks it.
	Root     string
	Postconf func(how, key string) (string, error)

	// Presets come before those of the table; the demo's relay is one.
	Presets []presets.Preset
	// Practice: the relay is one to practice on, another each time, and no Pocket
	// ID is to use it.
	Practice bool
}

// ThisHost is the machine that the program runs on.
func ThisHost() World {
	return World{
		Hostname: os.Hostname,
		Look: func(around *asowner.Files, planned map[string][]byte) (install.Install, error) {
			return around.Discover(install.ThisMachine(), planned)
		},
		Getenv: os.Getenv,
		Now:    time.Now,
		Token:  smtpcheck.NewToken,
		Masker: &secret.Masker{},
	}
}

// preset finds a preset by its id.
func (w World) preset(id string) (presets.Preset, bool) {
	for _, p := range w.Presets {
		if p.ID == id {
			return p, true
		}
	}
	return presets.ByID(id)
}

// Resolver is the part of net.Resolver that the steps need.
type Resolver interface {
	deliverability.Resolver
	presets.Resolver
}

func (w World) dns() Resolver {
	if w.DNS != nil {
		return w.DNS
	}
	return net.DefaultResolver
}

func (w World) discovery() presets.Discovery {
	if w.Web == nil && w.DNS == nil {
		w.Web = &web.Client{}
	}
	return presets.Discovery{DNS: w.dns(), Web: w.Web}
}

// readBy is the user whose program reads the .env itself, where a unit says so. Root
// can read any file, so a new one need not be root's.
func readBy(p *FilePlan) *atomicfile.User {
	u, err := user.Lookup(p.Found.Install.User)
	if !slices.Contains(p.Found.readers(), "pocket-id") || err != nil || u.Uid == "0" {
		return nil
	}
	return asowner.Account(u)
}

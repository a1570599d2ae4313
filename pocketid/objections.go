package pocketid

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"smtp-wizard/smtpcheck"
)

// Effect is the consequence of an objection.
type Effect int

// The effects, the worst first.
const (
	NoStart Effect = iota // Pocket ID does not start
	Ignored               // the file's mail settings have no effect
	NoMail                // it starts, but cannot send
	Notice                // it works, but not the way it looks
)

// Objection is a setting that a version of Pocket ID refuses, ignores or
// misinterprets.
type Objection struct {
	Key string
	// Value is the effective value, or "" if that may not be shown.
	Value   string
	Problem string // "SMTP_TLS must be none, starttls or tls"
	Cure    string // a sentence
	Effect  Effect
	version Version
}

// String is the objection in a sentence or two, without its cure.
func (o Objection) String() string {
	shown := ""
	if o.Value != "" {
		shown = " (it is " + strconv.Quote(o.Value) + ")"
	}
	if o.version.IsNone() {
		return o.Problem + shown + "."
	}
	return o.Problem + shown + [...]string{
		fmt.Sprintf(": otherwise Pocket ID %s does not start.", o.version), ".",
		fmt.Sprintf(": otherwise Pocket ID %s cannot send mail.", o.version), ".",
	}[o.Effect]
}

// UnmarshalText reads an effect of knowledge.json.
func (e *Effect) UnmarshalText(text []byte) error {
	i := slices.Index([]string{"no start", "ignored", "no mail", "notice"}, string(text))
	if i < 0 {
		return fmt.Errorf("there is no effect %q", text)
	}
	*e = Effect(i)
	return nil
}

// demand is what versions require of the values of a kind: a start-up rule, or what makes
// mail fail. The last row of a kind that is not newer than the version applies. Since
// 2.14.0 the settings that need the lock go through the validation of its API.
type demand struct {
	Kind   string
	Since  Version // until the next row of the kind
	Effect Effect
	Empty  bool     // also applies to a variable set to nothing, which else counts as absent
	OneOf  []string `json:"one_of"` // the values, or
	Check  string   // the name of what judges them, in checks
	Want   string
	Cure   string // KEY stands for the variable
}

const writeFrom = "Write the bare address, as in SMTP_FROM=no-reply@example.com; the visible name is APP_NAME."

// checks judge values, by the name that the demands use.
var checks = map[string]func(string) bool{
	"boolean":            func(value string) bool { _, err := strconv.ParseBool(value); return err == nil },
	"address":            isBare,
	"strict-address":     isStrictAddress,
	"host":               isHost,
	"port":               func(value string) bool { n, err := strconv.ParseUint(value, 10, 16); return err == nil && n > 0 },
	"no-path":            func(value string) bool { return hasNoPath(value) },
	"no-path-but-slash":  func(value string) bool { return hasNoPath(strings.TrimRight(value, "/")) },
	"16-bytes":           func(value string) bool { return len(value) >= 16 },
	"1-to-30-characters": func(value string) bool { return value != "" && utf8.RuneCountInString(value) <= 30 },
	"number":             func(value string) bool { _, err := strconv.Atoi(value); return err == nil },
	"filled":             func(value string) bool { return value != "" },
	"strings":            isStrings,
	"claims":             isClaims,
}

// demandOf is what version v requires of a kind.
func demandOf(kind string, v Version) (d demand, ok bool) {
	for _, row := range known().Demands {
		if row.Kind == kind && v.compare(row.Since) >= 0 {
			d, ok = row, true
		}
	}
	return d, ok
}

// satisfiedBy reports whether the value of a variable that is set is acceptable.
func (d demand) satisfiedBy(value string) bool {
	return value == "" && !d.Empty || slices.Contains(d.OneOf, value) || d.Check != "" && checks[d.Check](value)
}

// Objections are what keeps mail settings from taking effect in version v, the worst
// first. values are what Pocket ID gets, including secrets, which no objection shows.
func Objections(values map[string]string, v Version) []Objection {
	if v.IsNone() {
		return ideal(values)
	}
	v = orNewest(v)
	if warning := TooOld(v); warning != "" {
		// A notice: the same settings may be in its admin UI.
		return []Objection{{Problem: strings.TrimSuffix(warning, "."), Effect: Notice, version: v,
			Cure: "Update Pocket ID, or make the settings in its admin UI."}}
	}
	lock := KeyName("UI_CONFIG_DISABLED", v)
	locked := IsTrue(values[lock])
	var list []Objection
	for _, row := range variables() {
		inFile := row.Kind == "key" && values[row.Name+"_FILE"] != ""
		if value, present := values[KeyName(row.Name, v)]; present && !inFile && (locked || !row.NeedsLock) {
			list = append(list, row.objections(value, v)...)
		}
	}
	if !locked {
		list = append(list, Objection{Key: lock, Effect: Ignored, version: v,
			Problem: strings.TrimSuffix(LockMissing(v), "."), Cure: "Set it: " + lockSummary(v)})
	}
	list = append(list, combined(values, v)...)
	for i, o := range list { // a password may be in the wrong variable
		if password := values["SMTP_PASSWORD"]; password != "" && strings.Contains(o.Value, password) {
			list[i].Value = ""
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Effect < list[j].Effect })
	return list
}

// ideal are the objections of a client other than Pocket ID: to settings with which it
// cannot send.
func ideal(values map[string]string) []Objection {
	var list []Objection
	for _, row := range known().Mail {
		if value, present := values[row.Name]; present && strings.HasPrefix(row.Name, "SMTP_") {
			list = append(list, row.objections(value, release(2, 9, 0))...)
		}
	}
	list = slices.DeleteFunc(append(list, combined(values, release(2, 9, 0))...), func(o Objection) bool { return o.Effect != NoMail })
	for i := range list {
		list[i].version = noVersion
	}
	return list
}

// ObjectionTo is version v's objection to a value with which it would not start.
func ObjectionTo(key, value string, v Version) (Objection, bool) {
	row, _ := variableOf(key)
	list := row.objections(value, orNewest(v))
	if len(list) == 0 || list[0].Effect != NoStart {
		return Objection{}, false
	}
	return list[0], true
}

// objections are those to one value.
func (row variable) objections(value string, v Version) []Objection {
	o := Objection{Key: KeyName(row.Name, v), Effect: Notice, version: v}
	if IsPublic(o.Key, value) {
		o.Value = value
	}
	switch d, ok := demandOf(row.Kind, v); {
	case row.Until.Known() && v.compare(row.Until) >= 0:
		return nil
	case v.compare(row.Since) < 0:
		o.Problem = fmt.Sprintf("%s exists since Pocket ID %s; this is %s", row.Name, row.Since, v)
		o.Value, o.Cure = "", "Remove the line, or update Pocket ID."
	case ok && !d.satisfiedBy(value):
		o.Problem, o.Effect = o.Key+" must be "+d.Want, d.Effect
		o.Cure = strings.ReplaceAll(d.Cure, "KEY", o.Key)
		if addr, err := mail.ParseAddress(value); err == nil && row.Kind == "address" && addr.Name != "" {
			o.Cure = "Write SMTP_FROM=" + addr.Address + "; the visible name is APP_NAME."
		}
	default:
		return nil
	}
	return []Objection{o}
}

// combined are objections to missing settings and to combinations.
func combined(values map[string]string, v Version) []Objection {
	password, present := values["SMTP_PASSWORD"]
	fromFile := values["SMTP_PASSWORD_FILE"] != "" && v.AtLeast(1, 7, 0)
	_, hasPort := values["SMTP_PORT"]
	var list []Objection
	add := func(when bool, effect Effect, key, problem, cure string) {
		if when {
			list = append(list, Objection{Key: key, Effect: effect, Problem: problem, Cure: cure, version: v})
		}
	}
	mail := values["SMTP_HOST"] != "" // else the rest does not matter yet
	add(present && password == "" && fromFile, Notice, "SMTP_PASSWORD",
		"SMTP_PASSWORD is present but empty, so it wins over SMTP_PASSWORD_FILE: there is no password",
		"Remove the line SMTP_PASSWORD=.")
	add(values["SMTP_USER"] != "" && password == "" && !(fromFile && !present) && v.AtLeast(2, 10, 0), NoMail, "SMTP_USER",
		"SMTP_USER is set without a password, which Pocket ID 2.10 and later refuses",
		"Set SMTP_PASSWORD, or empty SMTP_USER if the relay needs no login.")
	add(!mail, NoMail, "SMTP_HOST", "SMTP_HOST is not set", "Set the relay's name, as in SMTP_HOST=smtp.example.com.")
	add(mail && !hasPort && !clientOf(v).defaultPort, NoMail, "SMTP_PORT", "SMTP_PORT is not set", "Write the number, as in SMTP_PORT=587.")
	add(mail && values["SMTP_FROM"] == "", NoMail, "SMTP_FROM", "SMTP_FROM is not set", writeFrom)
	return list
}

// TooOld says that version v reads no mail variables at all, or "".
func TooOld(v Version) string {
	if since := release(0, 31, 0); v.compare(since) < 0 {
		return fmt.Sprintf("Pocket ID %s reads no SMTP_ variable: they exist since %s.", v, since)
	}
	return ""
}

func isHost(value string) bool {
	bare := strings.TrimSuffix(strings.TrimPrefix(value, "["), "]")
	return smtpcheck.CheckHost(strings.TrimSuffix(bare, ".")) == nil
}

// isBare accepts a mail address without a display name.
func isBare(value string) bool {
	addr, err := mail.ParseAddress(value)
	return err == nil && addr.Address == value
}

// strictAddress is the email rule of go-playground/validator, which 2.14.0 uses: a
// domain of at least two parts, the last of which begins and ends with a letter.
var strictAddress = func() *regexp.Regexp {
	const letter = `a-zA-Z\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}`
	const atom = "[" + letter + "0-9!#$%&'*+/=?^_`{|}~-]+"
	const label, last = `[` + letter + `0-9]([` + letter + `0-9.~-]*[` + letter + `0-9])?`, `[` + letter + `]([` + letter + `0-9.~-]*[` + letter + `])?`
	return regexp.MustCompile(`^(` + atom + `(\.` + atom + `)*|"[^\r\n]*")@(` + label + `\.)+` + last + `\.?$`)
}()

func isStrictAddress(value string) bool {
	_, err := mail.ParseAddress(value)
	return err == nil && strictAddress.MatchString(value)
}

// hasNoPath accepts a URL that has no path.
func hasNoPath(value string) bool {
	u, err := url.Parse(value)
	return err == nil && u.Path == ""
}

func isStrings(value string) bool {
	var items []string
	return json.Unmarshal([]byte(value), &items) == nil && items != nil
}

func isClaims(value string) bool {
	var claims []*struct{ Key, Value *string }
	return json.Unmarshal([]byte(value), &claims) == nil && claims != nil &&
		!slices.ContainsFunc(claims, func(c *struct{ Key, Value *string }) bool { return c == nil || c.Key == nil || c.Value == nil })
}

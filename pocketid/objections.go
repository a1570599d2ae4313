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

// demand is what versions require of the values of a kind.
type demand struct {
	kind   kind
	since  Version // until the next row of the kind
	effect Effect
	empty  bool // also applies to a variable set to nothing, which else counts as absent
	ok     func(string) bool
	want   string
	cure   string // KEY stands for the variable
}

const (
	trueOrFalse = "true or false"
	writeFlag   = "Write KEY=true or KEY=false, in small letters."
	writeTLS    = "Write SMTP_TLS=starttls for port 587, SMTP_TLS=tls for port 465, or SMTP_TLS=none."
	writeFrom   = "Write the bare address, as in SMTP_FROM=no-reply@example.com; the visible name is APP_NAME."
)

// demands are the start-up rules of Pocket ID's versions, and what makes mail fail:
// the last row of a kind that is not newer than the version applies. Since 2.14.0 the
// settings that need the lock go through the validation of its API.
// Source: env_config.go, app_config_service.go, appconfig/service.go and
// dto/app_config_dto.go of pocket-id/pocket-id from v0.31.0 to v2.14.0; 2.9.0 and
// the validation of 2.14.0 were run.
var demands = []demand{
	{kind: kindSwitch, effect: NoStart, ok: isGoBool, want: trueOrFalse, cure: "Write KEY=true or KEY=false."},
	{kind: kindFlag, effect: Notice, ok: isGoBool, want: trueOrFalse, cure: writeFlag},
	{kind: kindFlag, since: strict, effect: NoStart, empty: true, ok: oneOf("true", "false"), want: trueOrFalse, cure: writeFlag},
	{kind: kindTLS, effect: NoMail, empty: true, ok: oneOf("true", "false"), want: trueOrFalse, cure: "Write SMTP_TLS=true or SMTP_TLS=false."},
	{kind: kindTLS, since: release(0, 35, 3), effect: NoMail, empty: true, ok: isMode, want: modes, cure: writeTLS},
	{kind: kindTLS, since: release(2, 10, 0), effect: NoMail, ok: isMode, want: modes, cure: writeTLS},
	{kind: kindTLS, since: strict, effect: NoStart, empty: true, ok: isMode, want: modes, cure: writeTLS},
	{kind: kindAddress, effect: NoMail, ok: isBare, want: "a bare mail address such as no-reply@example.com", cure: writeFrom},
	{kind: kindAddress, since: strict, effect: NoStart, ok: isStrictAddress, want: "a bare mail address with a domain such as example.com",
		cure: writeFrom + " Its domain needs a dot and an end of letters; an IP address is none."},
	{kind: kindHost, effect: NoMail, ok: isHost, want: "a host name or an address", cure: "Write the name alone, as in KEY=smtp.example.com: no scheme, port or login."},
	{kind: kindPort, effect: NoMail, empty: true, ok: isPort, want: "a number from 1 to 65535", cure: "Write the number, as in KEY=587."},
	{kind: kindPort, since: release(2, 10, 0), effect: NoMail, ok: isPort, want: "a number from 1 to 65535", cure: "Write the number, as in KEY=587."},
	{kind: kindURL, since: release(0, 35, 1), effect: NoStart, ok: hasNoPath(""), want: "a URL without a path", cure: writeURL},
	{kind: kindURL, since: release(1, 14, 1), effect: NoStart, ok: hasNoPath("/"), want: "a URL without a path", cure: writeURL},
	{kind: kindKey, since: release(2, 0, 0), effect: NoStart, empty: true, ok: is16Bytes, want: "at least 16 bytes long", cure: writeKey},
	{kind: kindName, since: strict, effect: NoStart, empty: true, ok: upTo30, want: "1 to 30 characters long", cure: "Shorten it, or remove the line to use \"Pocket ID\"."},
	{kind: kindNumber, since: strict, effect: NoStart, empty: true, ok: isNumber, want: "a whole number", cure: "Write the minutes as a number, or take the line away for 60."},
	{kind: kindFilled, since: strict, effect: NoStart, empty: true, ok: isFilled, want: "a value", cure: takeAway},
	{kind: kindSignups, since: strict, effect: NoStart, empty: true, ok: oneOf("disabled", "withToken", "open"), want: "disabled, withToken or open", cure: takeAway},
	{kind: kindVerification, since: strict, effect: NoStart, empty: true, ok: oneOf("required", "preferred"), want: "required or preferred", cure: takeAway},
	{kind: kindAuthenticator, since: strict, effect: NoStart, empty: true, ok: oneOf("any", "platform", "cross-platform"), want: "any, platform or cross-platform", cure: takeAway},
	{kind: kindStrings, since: strict, effect: NoStart, ok: isStrings, want: "a JSON array of strings", cure: takeAway},
	{kind: kindClaims, since: strict, effect: NoStart, ok: isClaims, want: "a JSON array of objects with key and value", cure: takeAway},
}

// strict is the first version that validates the file's settings when it starts.
var strict = release(2, 14, 0)

const (
	modes    = "none, starttls or tls"
	takeAway = "Correct it, or remove the line to use the default."
	writeURL = "Write scheme, host and port only, as in KEY=https://id.example.com."
	writeKey = "Use the key that the data was stored with; for a new install, make one with `openssl rand -base64 32`."
)

// demandOf is what version v requires of a kind.
func demandOf(k kind, v Version) (d demand, ok bool) {
	for _, row := range demands {
		if row.kind == k && v.compare(row.since) >= 0 {
			d, ok = row, true
		}
	}
	return d, ok
}

// satisfiedBy reports whether the value of a variable that is set is acceptable.
func (d demand) satisfiedBy(value string) bool { return value == "" && !d.empty || d.ok(value) }

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
	for _, known := range slices.Concat(vars, otherVars) {
		inFile := known.kind == kindKey && values[known.name+"_FILE"] != ""
		if value, present := values[KeyName(known.name, v)]; present && !inFile && (locked || !known.needsLock) {
			list = append(list, known.objections(value, v)...)
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
	for _, known := range vars {
		if value, present := values[known.name]; present && strings.HasPrefix(known.name, "SMTP_") {
			list = append(list, known.objections(value, release(2, 9, 0))...)
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
	known, _ := variableOf(key)
	list := known.objections(value, orNewest(v))
	if len(list) == 0 || list[0].Effect != NoStart {
		return Objection{}, false
	}
	return list[0], true
}

// objections are those to one value.
func (known variable) objections(value string, v Version) []Objection {
	o := Objection{Key: KeyName(known.name, v), Effect: Notice, version: v}
	if IsPublic(o.Key, value) {
		o.Value = value
	}
	switch d, ok := demandOf(known.kind, v); {
	case known.until.Known() && v.compare(known.until) >= 0:
		return nil
	case v.compare(known.since) < 0:
		o.Problem = fmt.Sprintf("%s exists since Pocket ID %s; this is %s", known.name, known.since, v)
		o.Value, o.Cure = "", "Remove the line, or update Pocket ID."
	case ok && !d.satisfiedBy(value):
		o.Problem, o.Effect = o.Key+" must be "+d.want, d.effect
		o.Cure = strings.ReplaceAll(d.cure, "KEY", o.Key)
		if addr, err := mail.ParseAddress(value); err == nil && known.kind == kindAddress && addr.Name != "" {
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

func isGoBool(value string) bool {
	_, err := strconv.ParseBool(value)
	return err == nil
}

func oneOf(values ...string) func(string) bool {
	return func(value string) bool { return slices.Contains(values, value) }
}

var isMode = oneOf("none", "starttls", "tls")

func isHost(value string) bool {
	bare := strings.TrimSuffix(strings.TrimPrefix(value, "["), "]")
	return smtpcheck.CheckHost(strings.TrimSuffix(bare, ".")) == nil
}

func isPort(value string) bool {
	n, err := strconv.ParseUint(value, 10, 16)
	return err == nil && n > 0
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

// hasNoPath accepts a URL that has no path once cut is trimmed from its end.
func hasNoPath(cut string) func(string) bool {
	return func(value string) bool {
		u, err := url.Parse(strings.TrimRight(value, cut))
		return err == nil && u.Path == ""
	}
}

func is16Bytes(value string) bool { return len(value) >= 16 }

func upTo30(value string) bool { return value != "" && utf8.RuneCountInString(value) <= 30 }

func isNumber(value string) bool {
	_, err := strconv.Atoi(value)
	return err == nil
}

func isFilled(value string) bool { return value != "" }

func isStrings(value string) bool {
	var items []string
	return json.Unmarshal([]byte(value), &items) == nil && items != nil
}

func isClaims(value string) bool {
	var claims []*struct{ Key, Value *string }
	return json.Unmarshal([]byte(value), &claims) == nil && claims != nil &&
		!slices.ContainsFunc(claims, func(c *struct{ Key, Value *string }) bool { return c == nil || c.Key == nil || c.Value == nil })
}

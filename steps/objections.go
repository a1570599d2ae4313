package steps

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/diagnosis"
	"smtp-wizard/envwriter"
	"smtp-wizard/pocketid"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// Objection is something in the settings that this Pocket ID refuses, ignores or
// takes for something else, with its place.
type Objection struct {
	ID      string `json:"id"`
	Key     string `json:"key"`
	Value   string `json:"value,omitempty"` // only what may be shown
	File    string `json:"file"`
	Line    int    `json:"line,omitempty"` // from 1; 0 where no line has it
	Text    string `json:"problem"`
	Cure    string `json:"cure"`
	Stops   bool   `json:"stops"` // nothing can be sent with it
	noStart bool
}

// String names the place and what is wrong there.
func (o Objection) String() string {
	switch {
	case o.Line > 0:
		return fmt.Sprintf("%s, line %d: %s", filepath.Base(o.File), o.Line, o.Text)
	case o.File != "":
		return filepath.Base(o.File) + ": " + o.Text
	}
	return o.Text
}

var objectionIDs = map[pocketid.Effect]string{
	pocketid.NoStart: "refuses-to-start", pocketid.Ignored: "settings-ignored",
	pocketid.NoMail: "cannot-send", pocketid.Notice: "settings-notice",
}

// Objections are what the version of a test has against the settings that arrive, the
// worst first. A password that was given beside the file need not be read.
func (d Discovery) Objections(s Setup, given bool) []Objection {
	if o, stops := d.unreached(); stops {
		return []Objection{o}
	}
	v, found := s.As, d.asArrives()
	var list []Objection
	values := found.all()
	for _, key := range []string{"UI_CONFIG_DISABLED", "PUBLIC_UI_CONFIG_DISABLED"} {
		// Asked for another version, the file's own name of the lock does.
		if lock := pocketid.KeyName(key, v); v != found.Install.Speaks() && key != lock && pocketid.IsTrue(values[key]) && values[lock] == "" {
			values[lock] = values[key]
			list = append(list, found.at(Objection{ID: "legacy-names", Text: sentence(pocketid.Validate(key, "true", v).Error()),
				Cure: "Write " + lock + "=true for that version."}, key))
		}
	}
	for _, o := range pocketid.Objections(values, v) {
		list = append(list, found.placed(o))
	}
	needed := found.Value("SMTP_USER") != "" || !pocketid.SpeechOf(v, smtpcheck.TLSNone, "").StrictLogin
	if found.NoPassword != "" && (found.Missing || needed && !given) {
		list = append(list, found.unreadablePassword(v))
	}
	if o, stops := d.behindPassword(s, given); stops {
		list = append(list, o)
	}
	if o, stops := found.inside(s); stops && len(Stopping(list)) == 0 {
		list = append(list, o)
	}
	return list
}

func (d Discovery) unreadablePassword(v pocketid.Version) Objection {
	o := Objection{ID: "password-unreadable", Key: "SMTP_PASSWORD", Text: d.NoPassword, Stops: true,
		Cure: "Give it with --password-stdin or --password-file; the guide asks for it."}
	if _, present := d.Values["SMTP_PASSWORD_FILE"]; present {
		o = d.at(o, "SMTP_PASSWORD_FILE")
	}
	if d.Missing {
		o.noStart, o.Text = true, strings.TrimSuffix(o.Text, ".")+fmt.Sprintf(": there is no such file, and Pocket ID %s does not start.", v)
		o.Cure = "Write the password into that file, without a line feed at its end, or correct the path."
	}
	return o
}

// all are the values with the secrets.
func (d Discovery) all() map[string]string {
	values := map[string]string{}
	maps.Copy(values, d.Values)
	for key, value := range d.secrets {
		values[key] = value.Reveal()
	}
	if d.Install.Runs != "" && d.Install.Password.Set && values["SMTP_PASSWORD"] == "" && values["SMTP_PASSWORD_FILE"] == "" {
		values["SMTP_PASSWORD"] = "set, and not seen from here"
	}
	return values
}

// standing are the objections to lines of the file, as they are once the lock is set.
func (d Discovery) standing(v pocketid.Version) []Objection {
	values := d.all()
	all := pocketid.Objections(values, v)
	if lock := pocketid.KeyName("UI_CONFIG_DISABLED", v); !pocketid.IsTrue(values[lock]) {
		values[lock] = "true"
		all = append(all, pocketid.Objections(values, v)...)
	}
	var list []Objection
	for _, o := range all {
		if at := d.placed(o); at.Stops && at.Line > 0 && o.Effect != pocketid.Ignored && !d.refers(at) && !slices.Contains(list, at) {
			list = append(list, at)
		}
	}
	return list
}

// refers reports whether the value comes from another variable, which may be set where
// the file is really read.
func (d Discovery) refers(o Objection) bool {
	return o.Line > 0 && d.Install.Runs == "" && strings.Contains(d.line(o.Line), "$")
}

// line is a line of the file, from 1.
func (d Discovery) line(n int) string { return strings.Split(d.text.Reveal(), "\n")[n-1] }

// rewritten are the variables that the guide sets anew.
func rewritten(key string) bool {
	_, asked := answerTo[key]
	return asked && !strings.HasPrefix(key, "SMTP_PASSWORD") || key == "SMTP_SKIP_CERT_VERIFY"
}

// objectionBlocks say on the first page what is wrong with the settings in the file.
func (d Discovery) objectionBlocks(v pocketid.Version) []wizard.Block {
	var blocks []wizard.Block
	for _, o := range d.standing(v) {
		tone, text := wizard.Bad, o.Text+" "+o.Cure
		if rewritten(o.Key) || strings.HasSuffix(o.Key, "UI_CONFIG_DISABLED") {
			tone, text = wizard.Warn, o.Text+" The guide sets it again."
		}
		blocks = append(blocks, wizard.Text{Tone: tone, Label: fmt.Sprintf("line %d", o.Line), Body: text})
	}
	return blocks
}

// refused is what keeps Pocket ID from starting with the file that the guide would
// leave behind: lines that it does not set itself.
func (d Discovery) refused(a Answers) []Objection {
	v := a.version()
	lock := pocketid.KeyName("UI_CONFIG_DISABLED", v)
	var list []Objection
	for _, o := range d.standing(v) {
		locked := pocketid.IsTrue(d.Values[lock]) || a.LockUI == "yes"
		ours := rewritten(o.Key) || o.Key == lock && (a.LockUI == "yes" || !a.Unattended || d.onFor(a.readers(), lock))
		if o.noStart && !ours && (locked || !pocketid.NeedsLock(o.Key)) {
			list = append(list, o)
		}
	}
	return list
}

// RefusalOf are the objections for which a guide that has ended wrote nothing.
func RefusalOf(s State, found Discovery) []Objection {
	a := s.Answers
	list := found.ReadAs(a.readers()).refused(a)
	switch plan := WriteResultOf(s).Plan; {
	case plan != nil:
		list = plan.Refused
	case len(list) == 0 && s.At == Sender:
		from, _ := smtpcheck.ParseAddress(s.Inputs[Sender]["from"])
		if o, refused := pocketid.ObjectionTo("SMTP_FROM", from, a.version()); refused && from != "" {
			return []Objection{found.placed(o)}
		}
		if found.NoPassword != "" {
			list = []Objection{found.unreadablePassword(a.version())}
		}
	}
	return list
}

// onFor reports whether one of those readers takes a switch for true: then it is
// written anew for all of them.
func (d Discovery) onFor(readers []string, key string) bool {
	return slices.ContainsFunc(readers, func(name string) bool {
		return pocketid.IsTrue(d.ReadAs([]string{name}).Values[key])
	})
}

// wouldNotStart names objections because of which Pocket ID does not start.
func wouldNotStart(list []Objection, v pocketid.Version) string {
	if len(list) == 0 {
		return ""
	}
	said := []string{fmt.Sprintf("Pocket ID %s would not start with this file.", v)}
	for _, o := range list {
		said = append(said, o.String()+" "+o.Cure)
	}
	return strings.Join(said, " ")
}

func (d Discovery) placed(p pocketid.Objection) Objection {
	o := Objection{ID: objectionIDs[p.Effect], Value: p.Value, Text: p.String(), Cure: p.Cure,
		Stops: p.Effect != pocketid.Notice, noStart: p.Effect == pocketid.NoStart}
	for _, w := range d.Install.Warnings { // what programs make of lines that look otherwise
		if p.Effect != pocketid.Notice && !slices.Contains(saidElsewhere, w.ID) && (w.Key == p.Key && p.Key != "" || w.ID == "bom" || w.ID == "crlf") {
			o.Cure += " " + w.Text
		}
	}
	return d.at(o, p.Key)
}

// at adds the place that decides a key.
func (d Discovery) at(o Objection, key string) Objection {
	o.Key, o.File = key, d.EnvFile
	o.Line = envwriter.KeyLine([]byte(d.text.Reveal()), key)
	if d.Install.Runs != "" {
		from, _ := d.Install.From(key)
		o.File, o.Line = cmp.Or(from.File, d.EnvFile), from.Line
		if from.VariableFile != "" {
			o.File, o.Line = from.VariableFile, 0
			o.Text = from.Variable + " becomes " + key + ". " + o.Text
		}
	}
	return o
}

// Warnings are what an admin probably does not expect of the settings, a sentence
// each; first that of what changes a login on its way.
func (w World) Warnings(found Discovery, v pocketid.Version, objections []Objection) []string {
	list := found.LoginChanges()
	for _, o := range objections {
		if !o.Stops {
			list = append(list, o.String()+" "+o.Cure)
		}
	}
	in := found.Install
	list = append(list, w.warnings(found, in, found.asArrives().Value("SMTP_HOST"), in.Runs)...)
	for _, warning := range in.Warnings {
		if warning.ID == "version-unknown" && v == in.Speaks() {
			list = append(list, warning.Text)
		}
	}
	return compact(list)
}

// compact drops what was said before.
func compact(list []string) []string {
	var out []string
	for _, text := range list {
		if !slices.Contains(out, text) {
			out = append(out, text)
		}
	}
	return out
}

// LoginChanges says what the programs between the files and Pocket ID make of the login.
func (d Discovery) LoginChanges() []string {
	var list []string
	for _, warning := range d.Install.Warnings {
		login := slices.Contains([]string{"SMTP_USER", "SMTP_PASSWORD", "SMTP_PASSWORD_FILE"}, warning.Key)
		kind := slices.Contains([]string{"dollar-replaced", "quotes-kept", "inline-comment", "password-newline"}, warning.ID)
		if d.Install.Runs != "" && (warning.ID == "crlf" || login && kind) {
			list = append(list, warning.Text)
		}
	}
	if strings.HasSuffix(d.Password.Reveal(), "\n") && d.Install.Runs == "" {
		list = append(list, "The password file ends with a line feed, which Pocket ID takes as part of the password. Write it with printf %s.")
	}
	if len(list) == 0 && d.dollar() {
		list = append(list, "The $ in SMTP_PASSWORD of "+filepath.Base(d.EnvFile)+" is replaced on the way, so another password arrives. "+
			"Put the value in single quotes.")
	}
	return list
}

// dollar reports whether the password has a $ in the file that does not arrive.
func (d Discovery) dollar() bool {
	n := envwriter.KeyLine([]byte(d.text.Reveal()), "SMTP_PASSWORD")
	if from, _ := d.Install.From("SMTP_PASSWORD"); n == 0 || d.Install.Runs != "" && from.File != d.path() {
		return false
	}
	_, written, _ := strings.Cut(d.line(n), "=")
	written = strings.TrimSpace(written)
	if last := len(written) - 1; last > 0 && (written[0] == '"' || written[0] == '\'') && written[last] == written[0] {
		written = written[1:last]
	}
	return strings.Contains(written, "$") && !strings.Contains(written, `\$`) && written != d.Password.Reveal()
}

// Stopping are those with which nothing can be sent.
func Stopping(objections []Objection) []Objection {
	return slices.DeleteFunc(slices.Clone(objections), func(o Objection) bool { return !o.Stops })
}

// ExplainLogin explains a refused login by what became of it on its way to Pocket ID,
// before anything else.
func (t *TestResult) ExplainLogin(changed []string) {
	if d := t.Diagnosis; d != nil && d.Stage == smtpcheck.StageAuth && len(changed) > 0 {
		d.Cause = strings.Join(changed, " ") + " " + d.Cause
	}
}

// NotSent is the test of settings with which there is nothing to send: stops are
// the objections that say why.
func NotSent(s Setup, stops []Objection) TestResult {
	var said, cures []string
	for _, o := range stops {
		said, cures = append(said, o.String()), append(cures, o.Cure)
	}
	place := answerTo[stops[0].Key]
	why := strings.Join(said, " ")
	t := TestResult{Setup: s, Speech: s.speech()}
	t.Result.Failure = &smtpcheck.Failure{Stage: smtpcheck.StageSettings, Err: errors.New(why)}
	t.Result.Stages = []smtpcheck.StageResult{{Stage: smtpcheck.StageSettings, Detail: why}}
	t.Diagnosis = &diagnosis.Diagnosis{
		ID: stops[0].ID, Stage: smtpcheck.StageSettings, Confidence: diagnosis.Exact,
		Cause: why + " Nothing was sent.", Fix: strings.Join(compact(cures), " "),
		Step: cmp.Or(place.step, diagnosis.StepNone), Field: place.field,
	}
	return t
}

// answerTo is the answer of the guide that sets a variable.
var answerTo = map[string]struct {
	step  diagnosis.Step
	field string
}{
	"SMTP_HOST": {diagnosis.StepRelay, "host"}, "SMTP_PORT": {diagnosis.StepRelay, "port"}, "SMTP_TLS": {diagnosis.StepRelay, "tls"},
	"SMTP_FROM": {diagnosis.StepSender, "from"}, "SMTP_USER": {diagnosis.StepSender, "user"},
	"SMTP_PASSWORD": {diagnosis.StepSender, "password"}, "SMTP_PASSWORD_FILE": {diagnosis.StepSender, "password"},
	"APP_URL": {diagnosis.StepInstall, "app_url"}, "PUBLIC_APP_URL": {diagnosis.StepInstall, "app_url"},
}

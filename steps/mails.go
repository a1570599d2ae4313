package steps

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"smtp-wizard/pocketid"
	"smtp-wizard/wizard"
)

// mails asks which optional mails Pocket ID sends. Only the last page leads here.
type mails struct{}

func (mails) ID() wizard.ID     { return Mails }
func (mails) Name() string      { return "Mails" }
func (mails) Skip(Answers) bool { return true }

func (mails) Page(v View) wizard.Page {
	version := v.Answers.version()
	field := wizard.Field{Name: "action", Label: "Next", Kind: wizard.ChoiceField, Open: true, Default: actGoOn,
		Help: wizard.Help{What: "Enter at a line switches it. Each one is a variable of the .env, and off where it is not set."}}
	for _, s := range pocketid.MailSwitches(version) {
		c := wizard.Choice{Value: s.Key, Cells: []string{s.Does, "off"}, Note: s.Key}
		if s.Risk != "" {
			c.Note += ": " + s.Risk
		}
		if mailOn(v, s.Key) {
			c.Cells[1], c.Tone = "on", wizard.Good
		}
		field.Choices = append(field.Choices, c)
	}
	field.Choices = append(field.Choices, choice(actGoOn, "Continue"))
	return wizard.Page{
		Title: "Which optional mails does Pocket ID send?",
		Why: "These are off unless you switch them on. Like the relay, they count only while " +
			pocketid.KeyName("UI_CONFIG_DISABLED", version) + " is true.",
		Field: []wizard.Field{field},
	}
}

// Take switches a line, and goes on to the one below it.
func (s mails) Take(v View) Intent {
	a, key := v.Answers, v.Input["action"]
	list := s.Page(v).Field[0].Choices
	i := slices.IndexFunc(list, func(c wizard.Choice) bool { return c.Value == key })
	if i < 0 || key == actGoOn {
		return wizard.Next(a)
	}
	answered, on := a.switched(), !mailOn(v, key)
	if answered[key] = strconv.FormatBool(on); on == pocketid.IsTrue(discovered(v).Value(key)) {
		delete(answered, key)
	}
	a.Mails = ""
	for _, key := range slices.Sorted(maps.Keys(answered)) {
		a.Mails = strings.TrimSpace(a.Mails + " " + key + "=" + answered[key])
	}
	return wizard.Correct(a, wizard.Input{"action": list[i+1].Value}, wizard.Fault{})
}

// switched are the switches that were answered otherwise than the file has them.
func (c FileConsent) switched() map[string]string {
	answered := map[string]string{}
	for _, one := range strings.Fields(c.Mails) {
		key, value, _ := strings.Cut(one, "=")
		answered[key] = value
	}
	return answered
}

func mailOn(v View, key string) bool {
	return pocketid.IsTrue(cmp.Or(v.Answers.switched()[key], discovered(v).Value(key)))
}

// mailsChoice leads to the page of the optional mails; false where a version has none.
func mailsChoice(v View) (wizard.Choice, bool) {
	switches, on := pocketid.MailSwitches(v.Answers.version()), 0
	for _, s := range switches {
		if mailOn(v, s.Key) {
			on++
		}
	}
	label := fmt.Sprintf("Optional mails: %d of %d on (m)", on, len(switches))
	return wizard.Choice{Value: actMails, Key: "m", Cells: []string{label}}, len(switches) > 0
}

package steps

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	"smtp-wizard/wizard"
)

// write shows what will change, and writes it once the admin agrees.
type write struct{ world World }

func (write) ID() wizard.ID     { return Write }
func (write) Name() string      { return "Write" }
func (write) Skip(Answers) bool { return false }

// Wants plans, until the very plan was agreed to.
func (s write) Wants(v View) wizard.Job {
	order := s.orderOf(v)
	if d, ok := v.Answers.Confirmed.(*Draft); ok && d.Order == order {
		return wizard.Job{Task: "write", For: d}
	}
	return wizard.Job{Task: "plan", For: order}
}

// orderOf has the choice about the UI in it as soon as it is made.
func (s write) orderOf(v View) Order {
	o := s.world.order(v.Answers)
	lock := v.Input["lock_ui"]
	if d, ok := v.Found[Write].Result.(*Draft); lock == "" || ok && d.Order == o && yesNo(d.Lock) == lock {
		return o
	}
	o.LockUI = lock
	return o
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (s write) Work(ctx context.Context, job wizard.Job, v View, _ func(any)) any {
	if d, ok := job.For.(*Draft); ok {
		written, err := s.world.Save(d)
		if err != nil {
			return err
		}
		return written
	}
	order := job.For.(Order)
	found := s.world.LookRound(ctx, order.EnvFile)
	d, err := s.world.draft(order, found)
	if err != nil {
		return err
	}
	return d
}

func (s write) Page(v View) wizard.Page {
	f := v.Found[Write]
	page := wizard.Page{Title: "Write " + v.Answers.EnvFile}
	if err := failed(f); err != nil {
		page.Body = []wizard.Block{wizard.Text{Tone: wizard.Bad, Label: "Not written", Body: sentence(err.Error())}}
		page.Field = []wizard.Field{failureField(err, v.Answers.EnvFile)}
		return page
	}
	switch r := f.Result.(type) {
	case *Draft:
		return s.plan(page, r, v)
	case Written:
		return done(page, r)
	}
	page.Busy = "Reading the file"
	if f.Job.Task == "write" {
		page.Busy = "Writing"
	}
	return page
}

func (s write) plan(page wizard.Page, d *Draft, v View) wizard.Page {
	changed, added := d.Env.Count(envwriter.Changed)+d.Env.Count(envwriter.Removed), d.Env.Count(envwriter.Added)
	page.Gist.Body = fmt.Sprintf("%d changed, %d added", changed, added)
	page.Why = fmt.Sprintf("%s, %d lines untouched. Nothing is written before you agree.", page.Gist.Body, d.Env.Untouched)
	if !d.Before.Exists {
		page.Why = fmt.Sprintf("A new file with %d keys for mail. Nothing is written before you agree.", added)
	}
	if !d.anything() {
		page.Why = "Nothing to change: the file says all this already."
	} else if len(d.Diff) > 0 {
		page.Body = append(page.Body, diffBlock(d.Diff))
	}
	if v.Input["show"] != "" {
		page.Body = []wizard.Block{wholeFile(d)}
	}
	page.Body = append(page.Body, fileTable(d))
	version, _ := pocketid.ParseVersion(v.Answers.Version)
	for _, w := range d.Warnings {
		if !d.Locked && w == pocketid.LockMissing(version) {
			continue // the choice to lock says it
		}
		page.Body = append(page.Body, wizard.Text{Tone: wizard.Warn, Label: "Mind", Body: w})
	}
	if !d.Locked {
		page.Field = append(page.Field, lockField(d, v.Answers))
	}
	page.Field = append(page.Field, writeField(d, v))
	return page
}

func (d *Draft) anything() bool {
	return d.Env.Changed() || d.SecretPath != "" || d.Override != "" || !d.Before.Exists
}

func diffBlock(diff []envwriter.DiffLine) wizard.Block {
	v := wizard.Verbatim{}
	for _, l := range diff {
		switch l.Op {
		case envwriter.Plus:
			v.Lines = append(v.Lines, wizard.VerbatimLine{Tone: wizard.Good, Text: "+ " + l.Text})
		case envwriter.Minus:
			v.Lines = append(v.Lines, wizard.VerbatimLine{Tone: wizard.Bad, Text: "- " + l.Text})
		case envwriter.Gap:
			v.Lines = append(v.Lines, wizard.VerbatimLine{Tone: wizard.Quiet, Text: "  ..."})
		default:
			v.Lines = append(v.Lines, wizard.VerbatimLine{Tone: wizard.Quiet, Text: "  " + l.Text})
		}
	}
	return v
}

func wholeFile(d *Draft) wizard.Block {
	v := wizard.Verbatim{}
	for _, line := range envwriter.View(d.Env.New, secretKeys) {
		v.Lines = append(v.Lines, wizard.VerbatimLine{Text: line})
	}
	return v
}

// fileTable says which files there will be, and who reads them.
func fileTable(d *Draft) wizard.Table {
	t := wizard.Table{}
	add := func(cells ...string) { t.Rows = append(t.Rows, wizard.Row{Cells: cells}) }
	if !d.Before.Exists {
		add("new", filepath.Base(d.Order.EnvFile), "from Pocket ID's template, with a new ENCRYPTION_KEY")
	}
	if d.Override != "" {
		add("new", filepath.Base(d.Override), "hostname: "+d.Order.Hostname)
	}
	if d.SecretPath != "" {
		add("password", filepath.Base(d.SecretPath), "nothing else is in it")
	}
	if d.Before.Exists && d.Env.Changed() {
		add("backup", filepath.Base(d.Order.EnvFile)+".<time>.bak", "the file as it is now")
	}
	add("read by", strings.ReplaceAll(d.Order.Readers, ",", ", "), "each tried on the new file")
	return t
}

// lockField asks for UI_CONFIG_DISABLED. What comes of the answer that stands is
// said below the field, also when it is not the one being asked, and what would
// come of the other one beside that.
func lockField(d *Draft, a Answers) wizard.Field {
	version, _ := pocketid.ParseVersion(a.Version)
	yes := wizard.Choice{Value: "yes", Cells: []string{"Yes, set " + pocketid.KeyName("UI_CONFIG_DISABLED", version) + "=true"}}
	no := wizard.Choice{Value: "no", Cells: []string{"No, leave it"}}
	f := wizard.Field{
		Name: "lock_ui", Label: "Lock the UI", Kind: wizard.ChoiceField, Flag: "--lock-ui", Default: yesNo(d.Lock),
		Help: wizard.Help{What: strings.Join(pocketid.LockEffects(version), " ")},
	}
	if d.Lock {
		f.Note, no.Note = pocketid.LockSummary(version), pocketid.LockMissing(version)
	} else {
		f.Note, f.NoteTone, yes.Note = pocketid.LockMissing(version), wizard.Warn, pocketid.LockSummary(version)
	}
	f.Choices = []wizard.Choice{yes, no}
	return f
}

func writeField(d *Draft, v View) wizard.Field {
	first := wizard.Choice{Value: "write", Cells: []string{"Write it"}}
	if !d.anything() {
		first = wizard.Choice{Value: "finish", Cells: []string{"Finish"}}
	}
	show := wizard.Choice{Value: "show", Cells: []string{"Show the whole file"}}
	if v.Input["show"] != "" {
		show.Cells = []string{"Show the changes alone"}
	}
	return wizard.Field{
		Name: "action", Label: "Next", Kind: wizard.ChoiceField, Default: first.Value,
		Choices: []wizard.Choice{first, show},
		Help:    wizard.Help{What: "The file is replaced in one piece, and is never more open than before; the old one stays beside it as a backup."},
	}
}

func failureField(err error, envFile string) wizard.Field {
	list := []wizard.Choice{{Value: "again", Cells: []string{"Look again"}}}
	var no *envwriter.NoEncodingError
	if errors.Is(err, atomicfile.ErrMounted) {
		list = append(list, wizard.Choice{Value: "in-place", Cells: []string{"Write in place, with a backup"},
			Note: "The file is mounted on its own, so it cannot be replaced in one piece. If the machine stops in that moment, the backup has the old contents."})
	}
	if unreadable := (*atomicfile.Error)(nil); errors.Is(err, atomicfile.ErrUnreadable) && errors.As(err, &unreadable) && unreadable.Path == envFile {
		list = append(list, wizard.Choice{Value: "give", Cells: []string{"Give the file to the user who reads it"},
			Note: "Its owner becomes the user whom Pocket ID's unit or your sudo names, at mode 0600. Only root can do that."})
	}
	if errors.As(err, &no) {
		list = append([]wizard.Choice{{Value: "password", Cells: []string{"Change the password"}}}, list...)
	}
	return wizard.Field{Name: "action", Label: "Next", Kind: wizard.ChoiceField, Default: list[0].Value, Choices: list,
		Help: wizard.Help{What: "The .env is as it was. All answers are kept."}}
}

func (s write) Take(v View) Intent {
	a := v.Answers
	a.LockUI = s.orderOf(v).LockUI
	switch v.Input["action"] {
	case "finish":
		return wizard.Finish(a)
	case "show":
		shown := ""
		if v.Input["show"] == "" {
			shown = "yes"
		}
		return wizard.Correct(a, wizard.Input{"show": shown}, wizard.Fault{})
	case "again":
		if err := failed(v.Found[Write]); a.Unattended && err != nil { // nobody has mended anything
			return wizard.Stay(a, wrong("action", err))
		}
		a.Looks++
		a.Confirmed = nil
		return wizard.Stay(a, wizard.Fault{})
	case "in-place":
		a.InPlace = true
		return wizard.Stay(a, wizard.Fault{})
	case "give":
		a.GiveToReader = true
		return wizard.Stay(a, wizard.Fault{})
	case "password":
		a.Confirmed = nil
		return wizard.Goto(a, Sender, wrong("password", failed(v.Found[Write])))
	}
	d, ok := v.Found[Write].Result.(*Draft)
	if !ok || d.Order != s.orderOf(v) {
		return wizard.Stay(a, wizard.Fault{})
	}
	a.Confirmed = d
	return wizard.Stay(a, wizard.Fault{})
}

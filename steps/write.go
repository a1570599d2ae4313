package steps

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"smtp-wizard/envwriter"
	"smtp-wizard/envwriter/atomicfile"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
	"smtp-wizard/smtpcheck"
	"smtp-wizard/wizard"
)

// write shows what will change, and writes it once the admin agrees.
type write struct{ world World }

func (write) ID() wizard.ID     { return Write }
func (write) Name() string      { return "Write" }
func (write) Skip(Answers) bool { return false }

// Wants plans, until the very plan was agreed to.
func (s write) Wants(v View) wizard.Job {
	request := requestOf(v)
	if p := v.Answers.Confirmed; p != nil && p.Request == request {
		return wizard.Job{Task: "write", For: p}
	}
	return wizard.Job{Task: "plan", For: request}
}

// requestOf has the choice about the UI in it as soon as it is made.
func requestOf(v View) FileRequest {
	r := fileRequest(v.Answers)
	if t, tested := testOf(v.Answers, v.Found); tested && r.Via != "" {
		r.Mechanism = t.Result.Mechanism
	}
	lock := v.Input["lock_ui"]
	if p, ok := result[*FilePlan](v, Write); lock == "" || ok && p.Request == r && yesNo(p.Lock) == lock {
		return r
	}
	r.LockUI = lock
	return r
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func (s write) Work(ctx context.Context, job wizard.Job, v View, _ func(any)) any {
	var done any
	var err error
	if p, ok := job.For.(*FilePlan); ok {
		done, err = s.world.save(p)
	} else {
		request := job.For.(FileRequest)
		done, err = s.world.planFiles(ctx, request, s.world.Discover(ctx, request.EnvFile))
	}
	if err != nil {
		return err
	}
	return done
}

func (s write) Page(v View) wizard.Page {
	f := v.Found[Write]
	page := wizard.Page{Title: "Write " + v.Answers.EnvFile}
	if err := failed(f); err != nil {
		page.Body = []wizard.Block{wizard.Text{Tone: wizard.Bad, Label: "Not written", Body: sentence(err.Error())}}
		page.Field = []wizard.Field{failureField(v.Answers, err)}
		return page
	}
	switch r := f.Result.(type) {
	case *FilePlan:
		return planPage(page, r, v)
	case WriteResult:
		return donePage(page, r, v)
	}
	page.Busy = "Reading the file"
	if f.Job.Task == "write" {
		page.Busy = "Writing"
	}
	return page
}

func planPage(page wizard.Page, p *FilePlan, v View) wizard.Page {
	var changed, added int
	for _, k := range p.keys() {
		switch k.Op {
		case envwriter.Added:
			added++
		case envwriter.Changed, envwriter.Removed:
			changed++
		}
	}
	page.Gist.Body = fmt.Sprintf("%d changed, %d added", changed, added)
	page.Why = fmt.Sprintf("%s, %d lines untouched. Nothing is written before you agree.", page.Gist.Body, p.Env.Untouched)
	if !p.Before.Exists {
		page.Gist.Body = fmt.Sprintf("%d settings", added)
		page.Why = "New file, " + page.Gist.Body + ". Nothing is written before you agree."
	}
	if !p.changesFiles() {
		page.Why = "Nothing to change: the file is already up to date."
		page.Body = append(page.Body, verdictBlock(v)) // there is no page after it
	} else if len(p.Diff) > 0 {
		page.Body = append(page.Body, diffBlock(p.Diff))
	}
	for _, other := range p.OtherFiles() {
		if other.Before.Exists || p.Request.Via != "" {
			page.Body = append(page.Body, wizard.Text{Label: "In", Body: other.Path}, diffBlock(other.Diff))
		}
	}
	page.Body = append(page.Body, p.machineBlocks()...)
	if v.Input["show"] != "" {
		page.Body = []wizard.Block{verbatim(envwriter.View(p.Env.New, p.isPublic))}
	}
	page.Body = append(page.Body, fileTable(p))
	if len(p.Refused) > 0 {
		page.Why = "It is not written: Pocket ID " + p.Request.version().String() + " would not start with this file."
		page.Gist = wizard.Text{Tone: wizard.Bad, Body: "not written"}
	}
	page.Body = append(page.Body, p.cautions(v)...)
	if !p.Locked {
		page.Field = append(page.Field, lockField(p))
		if p.Lock && p.Before.Exists {
			page.Field = append(page.Field, carryField(v.Answers))
		}
	}
	page.Field = append(page.Field, writeField(p, v))
	return page
}

// cautions are what speaks against the new files.
func (p *FilePlan) cautions(v View) (list []wizard.Block) {
	for _, o := range p.Refused {
		list = append(list, wizard.Text{Tone: wizard.Bad, Label: "Refused", Body: o.String() + " " + o.Cure})
	}
	for _, w := range p.Warnings {
		if !p.Locked && w == pocketid.LockMissing(v.Answers.version()) {
			continue // the choice to lock says it
		}
		list = append(list, wizard.Text{Tone: wizard.Warn, Label: "Warning", Body: w})
	}
	if t, tested := testOf(v.Answers, v.Found); v.Answers.Untested && tested && t.Result.Failure != nil {
		stage := t.Result.Failure.Stage
		why := "The relay refused the test at " + string(stage) + ", so mail will not work with these settings as they are."
		switch {
		case t.Verdict() == VerdictNotTested:
			why = "Nothing was sent, so it is not known whether mail works with these settings."
		case stage == smtpcheck.StageDNS || stage == smtpcheck.StageConnect:
			why = "The relay was not reached (" + string(stage) + "), so it is not known whether mail works with these settings."
		}
		list = append(list, wizard.Text{Tone: wizard.Warn, Label: "Untested", Body: why})
	}
	return list
}

func diffBlock(diff []envwriter.DiffLine) wizard.Block {
	styles := map[envwriter.DiffOp]struct {
		tone wizard.Tone
		mark string
	}{
		envwriter.Plus: {wizard.Good, "+ "}, envwriter.Minus: {wizard.Bad, "- "},
		envwriter.Gap: {wizard.Quiet, "  ..."},
	}
	v := wizard.Verbatim{}
	for i, l := range diff {
		if l.Op == envwriter.Context || l.Op == envwriter.Gap { // what stays is folded
			if l = (envwriter.DiffLine{Op: envwriter.Gap}); i == 0 || slices.Contains([]envwriter.DiffOp{envwriter.Gap, envwriter.Context}, diff[i-1].Op) {
				continue
			}
		}
		style := styles[l.Op]
		v.Lines = append(v.Lines, wizard.VerbatimLine{Tone: style.tone, Text: style.mark + l.Text})
	}
	return v
}

// fileTable says which files there will be, and who reads them.
func fileTable(p *FilePlan) wizard.Table {
	t := wizard.Table{}
	add := func(cells ...string) { t.Rows = append(t.Rows, wizard.Row{Cells: cells}) }
	env := filepath.Base(p.Request.EnvFile)
	if !p.Before.Exists {
		add("new", env, "from a template, with a new ENCRYPTION_KEY")
	}
	for _, other := range p.OtherFiles() {
		if !other.Before.Exists {
			add("new", filepath.Base(other.Path), p.newFor())
		} else {
			add("backup", filepath.Base(other.Path)+".<time>.bak", "the file as it is now")
		}
	}
	if p.SecretPath != "" {
		add("password", filepath.Base(p.SecretPath), "contains nothing else")
	}
	if p.Before.Exists && p.Env.Changed() {
		add("backup", env+".<time>.bak", "the file as it is now")
	}
	add("read by", strings.Join(p.Request.readerNames(), ", "), "checked the way it will be read")
	return t
}

// lockField asks for UI_CONFIG_DISABLED. What comes of the answer that stands is
// said below the field.
func lockField(p *FilePlan) wizard.Field {
	version := p.Request.version()
	f := field(Write, "lock_ui", wizard.ChoiceField, yesNo(p.Lock))
	f.Help.What = pocketid.LockEffects(version)
	f.Choices = []wizard.Choice{
		choice("yes", "Yes, set "+pocketid.KeyName("UI_CONFIG_DISABLED", version)+"=true"),
		choice("no", "No, leave it"),
	}
	if !p.Lock {
		f.Note, f.NoteTone = pocketid.LockMissing(version), wizard.Warn
	}
	return f
}

func writeField(p *FilePlan, v View) wizard.Field {
	first := choice("write", "Write it")
	if !p.changesFiles() {
		first = choice("finish", "Finish")
	}
	if len(p.Refused) > 0 {
		first = choice("again", "Check again, once the file is corrected in an editor")
	}
	show := choice("show", "Show the whole file")
	if v.Input["show"] != "" {
		show = choice("show", "Show only the changes")
	}
	list := []wizard.Choice{first, show}
	if len(p.Machine) > 0 && !p.Printed {
		list = append(list, choice("print", "Print "+p.Request.Via.Title()+"'s files instead of writing them"))
	}
	a := v.Answers
	if _, tested := testOf(a, v.Found); !tested && !a.Untested && !a.Offline && !a.Unattended && len(p.Refused) == 0 {
		list = append([]wizard.Choice{choice(actTest, "Test these settings first")}, list...)
	}
	if c, ok := mailsChoice(v); ok {
		list = append(list, c)
	}
	if p.openToAll() && !p.Request.CloseFile {
		list = append(list, wizard.Choice{Value: "close", Cells: []string{"Close the file to everybody else"},
			Note: "Everybody on this machine can read it now; then only its owner and its group could."})
	}
	return nextField("The file is replaced in one piece, and is never more open than before; "+
		"the old one stays beside it as a backup.", list...)
}

func failureField(a Answers, err error) wizard.Field {
	list := []wizard.Choice{choice("again", "Check again"), choice("leave", "Leave without writing")}
	if a.Attempts[Write] > 0 {
		slices.Reverse(list)
	}
	if errors.Is(err, atomicfile.ErrMounted) {
		list = append(list, wizard.Choice{Value: "in-place", Cells: []string{"Write in place, with a backup"},
			Note: "The file is mounted on its own, so it cannot be replaced in one piece. " +
				"If the machine stops at that moment, the backup has the old contents."})
	}
	if !a.APIKey.Empty() {
		list = append(list, choice("without", "Carry nothing over"))
	}
	if no := (*envwriter.NoEncodingError)(nil); errors.As(err, &no) {
		list = append([]wizard.Choice{choice("password", "Change the password")}, list...)
	}
	return nextField("The .env is as it was. All answers are kept.", list...)
}

func (s write) Take(v View) Intent {
	a := v.Answers
	request := requestOf(v)
	a.LockUI = request.LockUI
	err := failed(v.Found[Write])
	p, planned := result[*FilePlan](v, Write)
	if planned && err == nil {
		err = p.Refusal()
	}
	action := v.Input["action"]
	if key, given := v.Secret("api_key"); given {
		a.APIKey = key
		return stay(a.again(Write))
	}
	if _, written := result[WriteResult](v, Write); written {
		action = "finish"
	}
	switch action {
	case "finish", "leave":
		return wizard.Finish(a)
	case "show":
		return wizard.Correct(a, wizard.Input{"show": toggle(v.Input["show"])}, wizard.Fault{})
	case "again":
		if a.Unattended && err != nil { // nobody has fixed anything
			return wizard.Stay(a, errorAt("action", err.Error()))
		}
		a.Confirmed = nil
		a = a.again(Write)
	case "in-place":
		a.InPlace = true
	case "print":
		a.PrintFiles = true
	case "without":
		a.APIKey = secret.Value{}
	case "close":
		a.CloseFile = true
	case actTest:
		return wizard.Goto(a, LiveTest, wizard.Fault{})
	case actMails:
		return wizard.Goto(a, Mails, wizard.Fault{})
	case "password":
		a.Confirmed = nil
		return wizard.Goto(a, Sender, errorAt("password", err.Error()))
	case "write":
		if planned && p.Request == request {
			a.Confirmed = p
		}
	}
	return stay(a)
}

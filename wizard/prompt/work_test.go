package prompt

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"smtp-wizard/internal/steptest"
	"smtp-wizard/wizard"
)

// started is a guide under way, with an output that can be looked at while it is
// written.
type started struct {
	mu     sync.Mutex
	out    bytes.Buffer
	typing io.WriteCloser
	cancel context.CancelFunc
	ended  chan error
	state  steptest.State
}

func (g *started) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.out.Write(p)
}

func (g *started) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.out.String()
}

func (g *started) waitFor(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(tooLong); !strings.Contains(g.String(), text); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("no %q in:\n%s", text, g.String())
		}
	}
}

func start(t *testing.T, m steptest.Machine, change func(*face)) *started {
	t.Helper()
	in, typing := io.Pipe()
	g := &started{typing: typing, ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	g.cancel = cancel
	f := newFace(ctx, m.Begin(steptest.Answers{}), Options{In: in, Out: g})
	if change != nil {
		change(f)
	}
	go func() {
		last, err := f.run(ctx)
		g.state = wizard.StateOf[steptest.Answers](last)
		g.ended <- err
	}()
	t.Cleanup(func() { cancel(); _ = typing.Close() })
	return g
}

func (g *started) write(t *testing.T, text string) {
	t.Helper()
	if _, err := io.WriteString(g.typing, text); err != nil {
		t.Fatal(err)
	}
}

func (g *started) end(t *testing.T) error {
	t.Helper()
	select {
	case err := <-g.ended:
		return err
	case <-time.After(tooLong):
		t.Fatalf("the guide does not end:\n%s", g.String())
		return nil
	}
}

// tested is the small guide's test alone, with work of the test's own.
func tested(do func(ctx context.Context, job wizard.Job, report func(any)) any) steptest.Machine {
	return steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Test(do)}}
}

func TestProgressIsPrintedAsItComes(t *testing.T) {
	t.Parallel()
	goOn := make(chan struct{})
	m := tested(func(_ context.Context, _ wizard.Job, report func(any)) any {
		for _, stage := range []string{"connect", "auth"} {
			report(stage)
			<-goOn
		}
		return steptest.Refusal("")
	})
	g := start(t, m, func(f *face) { f.wait.firstWord, f.wait.laterWord = 5*time.Millisecond, 5*time.Millisecond })
	g.waitFor(t, "Testing ...\n")
	g.waitFor(t, "connect   passed\n")
	g.waitFor(t, "Still waiting, ")
	g.waitFor(t, " s. Ctrl+C stops.\n")
	if strings.Contains(g.String(), "auth") || strings.Contains(g.String(), "Next") {
		t.Errorf("too early:\n%s", g.String())
	}
	goOn <- struct{}{}
	g.waitFor(t, "auth      passed\n")
	goOn <- struct{}{}
	g.waitFor(t, "Next [1, Go on]: ")
	g.write(t, "\n")
	if err := g.end(t); err != nil || g.state.Ended != wizard.Done {
		t.Errorf("%v, ended %d", err, g.state.Ended)
	}
	for _, once := range []string{"connect ", "auth ", "Testing"} {
		if strings.Count(g.String(), once) != 1 {
			t.Errorf("%q is not there once:\n%s", once, g.String())
		}
	}
}

func TestCanceled(t *testing.T) {
	t.Parallel()
	busy := tested(func(ctx context.Context, _ wizard.Job, _ func(any)) any { <-ctx.Done(); return nil })
	for _, c := range []struct {
		guide     steptest.Machine
		typed, at string
	}{{busy, "", "Testing ..."}, {steptest.Guide(), "", "Provider ["}, {steptest.Guide(), "2\n\nme\n", "Password"}} {
		g := start(t, c.guide, nil)
		if c.typed != "" {
			g.write(t, c.typed)
		}
		g.waitFor(t, c.at)
		g.cancel()
		if err := g.end(t); !errors.Is(err, context.Canceled) || g.state.Ended != wizard.Open || !strings.HasSuffix(g.String(), "\n") {
			t.Errorf("at %s: %v, ended %d\n%s", c.at, err, g.state.Ended, g.String())
		}
	}
}

// survey is a page that suggests a port, and looks meanwhile for a better one.
func survey(do func(ctx context.Context, job wizard.Job, report func(any)) any) steptest.Machine {
	return steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Worker{
		Step: steptest.Step{Called: steptest.Relay,
			Pages: func(v steptest.View) wizard.Page {
				found := v.Found[steptest.Relay]
				page := wizard.Page{Title: "Relay", Field: steptest.Asked(v, false,
					wizard.Field{Name: "host", Label: "Host", Default: "mx"}, wizard.Field{Name: "port", Label: "Port", Default: "587"})}
				if port, ok := found.Result.(string); ok {
					page.Field[1].Default = port
					page.Body = []wizard.Block{wizard.Text{Label: "Best port", Body: port}}
				} else {
					page.Aside = "Looking which ports answer."
				}
				return page
			},
			Takes: func(v steptest.View) steptest.Intent {
				a := v.Answers
				a.Host, a.From = v.Input["host"], v.Input["port"]
				return wizard.Next(a)
			}},
		Want: func(steptest.View) wizard.Job { return wizard.Job{Task: "ports"} },
		Do:   do,
	}}}
}

func TestAsideWorkIsWaitedForAMoment(t *testing.T) {
	t.Parallel()
	found := make(chan struct{})
	m := survey(func(context.Context, wizard.Job, func(any)) any { <-found; return "465" })
	g := start(t, m, func(f *face) { f.wait.aside = tooLong })
	g.waitFor(t, "Looking which ports answer.\n")
	if strings.Contains(g.String(), "Host") {
		t.Errorf("asked at once:\n%s", g.String())
	}
	close(found)
	g.waitFor(t, "Best port: 465\n")
	g.write(t, "\n\n")
	if err := g.end(t); err != nil || g.state.Answers.From != "465" {
		t.Errorf("%v, port %s", err, g.state.Answers.From)
	}
}

// Work that takes longer does not hold the questions up, and what Enter means is
// what stands in the brackets, not what was found since.
func TestAsideWorkEndsWhileAsking(t *testing.T) {
	t.Parallel()
	found := make(chan struct{})
	m := survey(func(context.Context, wizard.Job, func(any)) any { <-found; return "465" })
	heard := make(chan wizard.Place, 100)
	g := start(t, m, func(f *face) {
		f.wait.aside = time.Millisecond
		f.saved = func(g wizard.Guide) { heard <- g.Place() }
	})
	g.write(t, "my\n")
	g.waitFor(t, "Port [587]: ")
	close(found)
	for s := range heard {
		if !s.Found[steptest.Relay].Running {
			break
		}
	}
	g.write(t, "\n")
	if err := g.end(t); err != nil || g.state.Answers.From != "587" || g.state.Answers.Host != "my" {
		t.Errorf("%v: %+v", err, g.state.Answers)
	}
	if n := strings.Count(g.String(), "Looking which"); n != 1 {
		t.Errorf("said %d times:\n%s", n, g.String())
	}
}

// A block that the page takes away and shows again is printed again, and a row that
// changes; one that stays is not.
func TestBodyThatComesAndGoes(t *testing.T) {
	t.Parallel()
	m := steptest.Machine{Steps: []wizard.Step[steptest.Answers]{steptest.Step{Called: "a",
		Pages: func(v steptest.View) wizard.Page {
			page := wizard.Page{Body: []wizard.Block{wizard.Text{Body: "Always."},
				wizard.Table{Rows: []wizard.Row{{Cells: []string{"Tries", strconv.Itoa(v.Answers.Retries)}}}}},
				Field: []wizard.Field{{Name: "do", Label: "Next"}}}
			if v.Answers.Retries%2 == 1 {
				page.Body = append(page.Body, wizard.Text{Body: "Sometimes."})
			}
			return page
		},
		Takes: func(v steptest.View) steptest.Intent {
			a := v.Answers
			if a.Retries++; v.Input["do"] == "go" {
				return wizard.Next(a)
			}
			return wizard.Stay(a, wizard.Fault{})
		}}}}
	_, out, err := script(t, m, "\n\n\ngo\n")
	if err != nil || strings.Count(out, "Always.") != 1 || strings.Count(out, "Sometimes.") != 2 || !strings.Contains(out, "Tries  2") {
		t.Errorf("%v\n%s", err, out)
	}
}

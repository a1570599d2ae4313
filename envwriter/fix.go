package envwriter

// mostChecked bounds what trying fixes on one file may cost, in bytes to parse. A
// file of ordinary size has hundreds of them tried by all readers.
const mostChecked = 8 << 20

// A check tells which fixes take nothing from any reader of a file.
type check struct {
	views   []view
	failing []Reader
	room    int // bytes that may still be parsed
}

func newCheck(file []byte, readers []Reader, room int) *check {
	views, failing := viewsOf(file, readers)
	return &check{views, failing, room}
}

// safe reports whether whoever can read the file reads it as before, but for keys
// in a line that is fixed, by the readers that misread it. It is no when finding
// out would take too long.
func (c *check) safe(rule rule, fixed *document, keys ...string) bool {
	file, own := fixed.bytes(), map[string]bool{}
	for _, key := range keys {
		own[key] = true
	}
	if c.room -= len(file) * (1 + len(c.views)); c.room < 0 {
		return false
	}
	for _, before := range c.views {
		after, err := before.Read(file)
		if err != nil {
			return false
		}
		misreads := before.reader.lint[rule.name] != ""
		for key, value := range before.vars {
			now, found := after[key]
			if found && now == value || own[key] && misreads || !isName(key) {
				continue // names that are no variable names, such as "export K", may go
			}
			return false
		}
	}
	return true
}

// fixed returns the file with some statements fixed.
func (r rule) fixed(doc *document, at ...int) *document {
	out := doc.clone()
	for _, i := range at {
		out.statements[i].prefix = r.fix(out.statements[i])
	}
	return out
}

// Fix makes every fix that is safe, and returns how many lines it fixed. All lines
// with the same problem are fixed together when that is safe, and otherwise as many
// of them as there is time for.
func Fix(file []byte, readers []Reader) (fixed []byte, lines int) {
	room, doc := mostChecked, parse(file)
	for before := -1; before < lines; {
		before = lines
		for _, rule := range rulesFor(readers) {
			var found []int
			for i, s := range doc.statements {
				if rule.fix != nil && rule.matches(s) {
					found = append(found, i)
				}
			}
			if len(found) == 0 {
				continue
			}
			c := newCheck(file, readers, room)
			next, n := c.fixAll(rule, doc, found)
			file, room, lines = next.bytes(), c.room, lines+n
			doc = parse(file)
		}
	}
	return file, lines
}

// fixAll fixes all these statements, or where that is not safe each half of them
// by itself.
func (c *check) fixAll(rule rule, doc *document, at []int) (*document, int) {
	var keys []string
	for _, i := range at {
		keys = append(keys, doc.statements[i].key)
	}
	next := rule.fixed(doc, at...)
	switch {
	case c.safe(rule, next, keys...):
		return next, len(at)
	case len(at) == 1 || c.room < 0:
		return doc, 0
	}
	half := len(at) / 2
	doc, first := c.fixAll(rule, doc, at[:half])
	doc, second := c.fixAll(rule, doc, at[half:])
	return doc, first + second
}

package envwriter

// mostChecked bounds the work of trying fixes on one file, in bytes to parse. In an
// ordinary file that is enough for hundreds of fixes.
const mostChecked = 8 << 20

// check determines which fixes are safe for all readers of a file.
type check struct {
	views   []view
	failing []Reader
	budget  int // bytes that may still be parsed
}

func newCheck(file []byte, readers []Reader, budget int) *check {
	views, failing := viewsOf(file, readers)
	return &check{views, failing, budget}
}

// safe reports whether every reader that can read the file still reads the same, apart
// from the given keys, for readers that misread the fixed line. It is false if finding
// out would take too long.
func (c *check) safe(rule rule, fixed *document, keys ...string) bool {
	file, own := fixed.bytes(), map[string]bool{}
	for _, key := range keys {
		own[key] = true
	}
	if c.budget -= len(file) * (1 + len(c.views)); c.budget < 0 {
		return false
	}
	for _, before := range c.views {
		after, err := before.Read(file)
		if err != nil {
			return false
		}
		misreads := before.reader.Misreads(rule.name)
		for key, value := range before.vars {
			now, found := after[key]
			if found && now == value || own[key] && misreads || !isName(key) {
				continue // invalid names, such as "export K", may disappear
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

// Fix makes every safe fix, and returns how many lines it fixed. Lines with the same
// problem are fixed together if that is safe, else as many as the budget allows.
func Fix(file []byte, readers []Reader) (fixed []byte, lines int) {
	budget, doc := mostChecked, parse(file)
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
			c := newCheck(file, readers, budget)
			next, n := c.fixAll(rule, doc, found)
			file, budget, lines = next.bytes(), c.budget, lines+n
			doc = parse(file)
		}
	}
	return file, lines
}

// fixAll fixes all these statements or, if that is not safe, each half of them
// separately.
func (c *check) fixAll(rule rule, doc *document, at []int) (*document, int) {
	var keys []string
	for _, i := range at {
		keys = append(keys, doc.statements[i].key)
	}
	next := rule.fixed(doc, at...)
	switch {
	case c.safe(rule, next, keys...):
		return next, len(at)
	case len(at) == 1 || c.budget < 0:
		return doc, 0
	}
	half := len(at) / 2
	doc, first := c.fixAll(rule, doc, at[:half])
	doc, second := c.fixAll(rule, doc, at[half:])
	return doc, first + second
}

package steps

import "smtp-wizard/wizard"

// wrong is a fault at a field.
func wrong(field string, err error) wizard.Fault {
	return wizard.Fault{Field: field, Text: sentence(err.Error()), Tone: wizard.Bad}
}

// doubt is a warning that a second Enter passes over.
func doubt(field, text string) wizard.Fault {
	return wizard.Fault{Field: field, Text: text + wizard.EnterKeeps, Tone: wizard.Warn}
}

// note says what was made of an answer.
func note(field, text string) wizard.Fault {
	return wizard.Fault{Field: field, Text: text, Tone: wizard.Warn}
}

// sentence makes an error's words fit to stand alone.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	first := text[:1]
	if c := first[0]; c >= 'a' && c <= 'z' {
		first = string(c - 'a' + 'A')
	}
	text = first + text[1:]
	switch text[len(text)-1] {
	case '.', '!', '?':
		return text
	}
	return text + "."
}

// failed returns the error that a step's work ended with, if it did.
func failed(f wizard.Finding) error {
	if err, ok := f.Result.(error); ok {
		return err
	}
	return nil
}

// result returns a finding's result when it is there and of that type.
func result[T any](v View, id wizard.ID) (T, bool) {
	r, ok := v.Found[id].Result.(T)
	return r, ok
}

package pocketid

import "fmt"

// Objections are what keeps the mail settings of a file from taking effect in
// version v, a sentence each: what it does not read, ignores or refuses.
// values are the file's, as Pocket ID gets them. None shows a secret.
func Objections(values map[string]string, v Version) []string {
	v = orNewest(v)
	if warning := TooOld(v); warning != "" {
		return []string{warning}
	}
	var list []string
	if !IsTrue(values[KeyName("UI_CONFIG_DISABLED", v)]) {
		list = append(list, LockMissing(v))
	}
	for _, known := range vars {
		if value, present := values[known.name]; present && known.needsLock {
			list = append(list, known.objection(value, v)...)
		}
	}
	password, present := values["SMTP_PASSWORD"]
	fromFile := values["SMTP_PASSWORD_FILE"] != "" && v.AtLeast(1, 7, 0)
	switch {
	case present && password == "" && fromFile:
		list = append(list, "SMTP_PASSWORD is present but empty, so it wins over SMTP_PASSWORD_FILE: there is no password.")
	case values["SMTP_USER"] != "" && password == "" && !fromFile && v.AtLeast(2, 10, 0):
		list = append(list, "SMTP_USER is set without a password, which Pocket ID 2.10 and later refuses.")
	}
	return list
}

// TooOld says that version v reads no mail variables at all, or "".
func TooOld(v Version) string {
	if since := release(0, 31, 0); v.compare(since) < 0 {
		return fmt.Sprintf("Pocket ID %s reads no SMTP_ variable: they exist since %s.", v, since)
	}
	return ""
}

// strict is where a bad flag, TLS mode or sender keeps Pocket ID from starting,
// and an empty flag counts as a bad one.
func strict(v Version) bool { return v.AtLeast(2, 14, 0) }

func (known variable) objection(value string, v Version) []string {
	if value == "" && !(known.kind == kindBool && strict(v)) {
		return nil
	}
	err := Validate(known.name, value, v)
	switch {
	case err == nil:
		return nil
	case strict(v) && (known.kind == kindBool || known.kind == kindTLS || known.kind == kindAddress):
		return []string{fmt.Sprintf("%s: otherwise Pocket ID %s does not start.", err, v)}
	}
	return []string{err.Error() + "."}
}

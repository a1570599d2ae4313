package steps

import (
	"path/filepath"

	"smtp-wizard/smtpcheck"
)

// isAnother reports whether the answers began with another file than path.
func isAnother(a Answers, path string) bool {
	return a.TakenFrom != "" && filepath.Clean(a.TakenFrom) != filepath.Clean(path)
}

// itsOwn lets go of what another file's Pocket ID is, where this one's is known.
func itsOwn(a Answers, found Surroundings) Answers {
	a.Runs = ""
	if found.Install.Version.Known() {
		a.Version = ""
	}
	if found.Value("APP_URL") != "" {
		a.AppURL = ""
	}
	return a
}

// leaveFile goes to a file that has settings of its own, or none. What was agreed
// to for the other one was not agreed to for this; a relay of this file goes with
// no login, sender or name of the other's.
func leaveFile(a Answers, found Surroundings) Answers {
	a.Confirmed, a.LockUI, a.InPlace, a.GiveToReader, a.Untested = nil, "", false, false, false
	if found.Value("SMTP_HOST") == "" {
		return a
	}
	return Answers{
		EnvFile: a.EnvFile, TakenFrom: a.TakenFrom, Runs: a.Runs, Readers: a.Readers, FoundReaders: a.FoundReaders, Version: a.Version, AppURL: a.AppURL, Mend: a.Mend,
		Settings: smtpcheck.Settings{To: a.To}, TestAs: a.TestAs, Retries: a.Retries, Continue: a.Continue, Unattended: a.Unattended, Offline: a.Offline, Looks: a.Looks,
	}
}

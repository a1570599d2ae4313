package steps

import (
	"fmt"
	"path/filepath"

	"smtp-wizard/wizard"
)

// elsewhere is for a compose file that hands another file to Pocket ID than the
// one named. Where the named one does not exist, the other is taken; else the
// admin is asked once.
func elsewhere(v View, a Answers, found Surroundings, path string) (Intent, bool) {
	in := found.Install
	if !in.Unread || len(in.EnvFiles) != 1 {
		return Intent{}, false
	}
	other := besidePath(path, found.Absolute, in.EnvFiles[0])
	compose := filepath.Base(in.ComposeFile)
	if !found.Exists && !a.Unattended {
		return wizard.Correct(a, wizard.Input{"env_file": other},
			note("env_file", fmt.Sprintf("%s hands %s to Pocket ID, so that file was taken.", compose, other))), true
	}
	f := doubt("env_file", fmt.Sprintf("%s hands %s to Pocket ID, and not this file.", compose, other))
	return wizard.Stay(a, f), !v.Warned(f)
}

// besidePath writes other as path is written: whole, or from the same directory.
func besidePath(path, whole, other string) string {
	if filepath.IsAbs(path) {
		return other
	}
	rel, err := filepath.Rel(filepath.Dir(whole), other)
	if err != nil {
		return other
	}
	return filepath.Join(filepath.Dir(path), rel)
}

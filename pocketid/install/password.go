package install

import (
	"cmp"
	"errors"
	"io/fs"
)

// findPassword finds where the password is that arrives, and whether it can be
// read from here. SMTP_PASSWORD wins over SMTP_PASSWORD_FILE, also when it is empty.
func (f *finder) findPassword(in *Install) {
	if s, ok := in.env.get("SMTP_PASSWORD"); ok {
		if s.Value == "" && !s.Unknown {
			return
		}
		in.Password = Password{Set: true, Kind: "env", Readable: s.Value != "", value: s.Value, From: []string{s.Source.File}}
		if s.Unknown {
			in.Password.Kind = "secret"
		}
		if s.Source.VariableFile != "" {
			in.Password.From = append(in.Password.From, s.Source.VariableFile)
		}
		return
	}
	for _, file := range in.EnvFiles {
		_, err := f.Files.Read(file.Path)
		in.Password.Unseen = in.Password.Unseen || errors.Is(err, fs.ErrPermission)
	}
	s, ok := in.env.get("SMTP_PASSWORD_FILE")
	if !ok || s.Value == "" {
		return
	}
	in.Password = Password{Set: true, Kind: "file", From: []string{s.Value}}
	if c, ok := in.secrets[s.Value]; ok {
		in.Password.Kind = "secret"
		in.Password.From = []string{cmp.Or(c.file, c.holder+" secret "+c.name)}
		switch {
		case c.inline:
			in.Password.Readable, in.Password.value = true, c.value
		case c.file != "":
			f.readPassword(in, c.file)
		}
		return
	}
	if file := in.onMachine(join(cmp.Or(in.workDir, "/"), s.Value)); file != "" {
		in.Password.From = []string{file}
		f.readPassword(in, file)
	}
}

// readPassword takes a file as Pocket ID does: a line feed at its end is part of it.
func (f *finder) readPassword(in *Install, file string) {
	data, err := f.Files.Read(file)
	if err == nil {
		in.Password.Readable, in.Password.value, in.Password.File = true, string(data), file
	}
}

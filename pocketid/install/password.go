package install

import (
	"cmp"
	"errors"
	"io/fs"
	"strings"
)

// findPassword finds where the password is that arrives, and whether it can be
// read from here. SMTP_PASSWORD wins over SMTP_PASSWORD_FILE, also when it is empty.
func (f *finder) findPassword(in *Install) {
	if s, ok := in.env.get("SMTP_PASSWORD"); ok {
		in.Password = Password{Set: s.value != "" || s.unknown, Kind: "env", Readable: s.value != "", value: s.value}
		if s.unknown {
			in.Password.Kind = "secret"
		}
		if in.Password.Set {
			in.Password.From = []string{s.source.File}
			if s.source.VariableFile != "" {
				in.Password.From = append(in.Password.From, s.source.VariableFile)
			}
			return
		}
		in.Password = Password{}
		return
	}
	for _, file := range in.EnvFiles {
		_, err := f.Files.Read(file.Path)
		in.Password.Unseen = in.Password.Unseen || errors.Is(err, fs.ErrPermission)
	}
	s, ok := in.env.get("SMTP_PASSWORD_FILE")
	if !ok || s.value == "" {
		return
	}
	in.Password = Password{Set: true, Kind: "file", From: []string{s.value}}
	if c, ok := in.secrets[s.value]; ok {
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
	path := s.value
	if !strings.HasPrefix(path, "/") {
		path = in.workDir + "/" + path
	}
	if file := in.onMachine(path); file != "" {
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

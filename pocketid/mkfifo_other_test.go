//go:build !unix

package pocketid

import "errors"

func mkfifo(string) error { return errors.ErrUnsupported }

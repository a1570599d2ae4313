package install

import (
	"path/filepath"
	"reflect"
	"strconv"
	"testing"
	"unsafe"

	"go.yaml.in/yaml/v4"

	"smtp-wizard/internal/casetest"
	"smtp-wizard/pocketid"
)

// TestInstallCrossesAPipe fills every field of an install, whatever fields there
// will be, and compares what arrives.
func TestInstallCrossesAPipe(t *testing.T) {
	var in Install
	n := 0
	fillAll(reflect.ValueOf(&in).Elem(), &n)
	in.Version.Release, _ = pocketid.ParseVersion("2.9")
	// Only Discover itself needs these.
	in.Compose.vars, in.Compose.known, in.Compose.model = nil, scanned{}, nil
	in.emptied, in.mounts, in.secrets, in.workDir = nil, nil, nil, ""
	pipe, err := yaml.Marshal(in)
	casetest.Must(t, err)
	var got Install
	casetest.Must(t, yaml.Unmarshal(pipe, &got))
	if !reflect.DeepEqual(got, in) {
		t.Errorf("got\n%+v\nwant\n%+v", got, in)
	}
	if n < 50 || got.Password.Reveal() == "" || filepath.Base(got.EnvFile) == "" {
		t.Errorf("only %d values were filled", n)
	}
}

// fillAll gives each field a value of its own, unexported ones too.
func fillAll(v reflect.Value, n *int) {
	if !v.CanSet() {
		v = reflect.NewAt(v.Type(), unsafe.Pointer(v.UnsafeAddr())).Elem()
	}
	*n++
	switch v.Kind() {
	case reflect.String:
		odd := []string{"\xff\xfe", "\x00", "true", "<<", "007", "\r\n", " # no\t", "\u2028\u0085\ufeff", "~", "- a: b", "\"'\\", "*a &b", "2026-11-26", "é\x80", ""}
		v.SetString(strconv.Itoa(*n) + odd[*n%len(odd)])
		if *n%2 == 0 {
			v.SetString(odd[*n%len(odd)] + strconv.Itoa(*n))
		}
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(int64(*n))
	case reflect.Pointer:
		if v.Type() == reflect.TypeFor[*Project]() {
			v.Set(reflect.New(v.Type().Elem()))
			fillAll(v.Elem(), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fillAll(v.Index(i), n)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			fillAll(key, n)
			fillAll(value, n)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[scanned]() {
			return
		}
		for i := range v.NumField() {
			fillAll(v.Field(i), n)
		}
	}
}

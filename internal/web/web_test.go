package web

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestGet(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var seen int
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen++
		switch r.URL.Path {
		case "/small":
			_, _ = io.WriteString(w, r.Header.Get("X-One")+r.URL.RawQuery)
		case "/large":
			_, _ = io.WriteString(w, strings.Repeat("x", 101))
		case "/headers":
			w.Header().Set("X-Long", strings.Repeat("x", 1000))
		case "/moved":
			http.Redirect(w, r, "/small", http.StatusFound)
		default:
			cancel()
			<-r.Context().Done()
		}
	}))
	t.Cleanup(s.Close)
	for path, want := range map[string]string{"/small?q": "oneq", "/large": "", "/headers": "", "/moved": "/small"} {
		at, _ := url.Parse(s.URL + path)
		a, err := new(Client).Get(t.Context(), Request{At: at, Header: [2]string{"X-One", "one"}, Most: 100})
		if got := a.Location + string(a.Body); err == nil && got != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	before := seen
	at, _ := url.Parse(s.URL + "/small")
	if _, err := new(Client).Get(t.Context(), Request{At: at, Header: [2]string{"X-One", "a\r\nHost: b"}, Most: 100}); err == nil || seen != before {
		t.Error("two headers in one were sent")
	}
	at, _ = url.Parse(s.URL + "/silent")
	if _, err := new(Client).Get(ctx, Request{At: at, Most: 100}); !errors.Is(err, context.Canceled) {
		t.Errorf("a server that says nothing: %v", err)
	}
}

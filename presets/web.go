package presets

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"smtp-wizard/internal/web"
)

const (
	maxFile      = 64 << 10
	maxRedirects = 3
)

var (
	errRedirects = errors.New("a redirect away from HTTPS, or too many of them")
	errFile      = errors.New("no file, or one that is too large")
)

// file fetches a small file by HTTPS alone.
func file(ctx context.Context, w *web.Client, address string) ([]byte, error) {
	at, err := url.Parse(address)
	for range 1 + maxRedirects {
		if err != nil {
			return nil, err
		}
		if at.Scheme != "https" || !hostName.MatchString(at.Hostname()) {
			break
		}
		answer, err := w.Get(ctx, web.Request{At: at, Most: maxFile})
		switch {
		case answer.Location != "":
			if at, err = at.Parse(answer.Location); err != nil {
				return nil, err
			}
			continue
		case err == nil && answer.Status != http.StatusOK, errors.Is(err, web.ErrTooLarge):
			return nil, errFile
		}
		return answer.Body, err
	}
	return nil, errRedirects
}

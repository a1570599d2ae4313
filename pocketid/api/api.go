// Package api reads the settings made in the admin UI of a running Pocket ID.
package api

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"smtp-wizard/internal/lazy"
	"smtp-wizard/internal/text"
	"smtp-wizard/internal/web"
	"smtp-wizard/pocketid"
	"smtp-wizard/secret"
)

// Setting is one setting; Name is its environment variable.
type Setting struct {
	Name  string
	Value secret.Value
}

// Limits of an answer.
const (
	maxAnswer   = 1 << 20
	maxSettings = 500
	patience    = 20 * time.Second
)

// path returns every setting; header takes an admin's API key. Both exist since before
// 1.0.
const (
	path   = "/api/application-configuration/all"
	header = "X-API-Key"
)

// redacted replaces secrets that come from Pocket ID's environment.
const redacted = "XXXXXXXXXX"

// internal are settings without a variable.
var internal = lazy.Compile(`^(instanceId|\w+ImageType)$`)

var (
	settingName = lazy.Compile(`^[a-z][A-Za-z0-9]{1,60}$`)
	humps       = lazy.Compile(`([a-z0-9])([A-Z])`)
)

// Changed asks the Pocket ID at appURL, with an admin's API key, for the settings that
// differ from their defaults, in its order.
func Changed(ctx context.Context, appURL string, key secret.Value, roots *x509.CertPool) ([]Setting, error) {
	at, err := address(appURL)
	if err != nil {
		return nil, err
	}
	if secret.Check(key.Reveal()) != nil || key.Empty() {
		return nil, errors.New("that is not an API key")
	}
	body, err := get(ctx, at, key, roots)
	if err != nil {
		return nil, err
	}
	var all []struct{ Key, Value string }
	if json.Unmarshal(body, &all) != nil || len(all) == 0 || len(all) > maxSettings {
		return nil, errors.New(text.CleanForeign(at.Host) + " did not answer as Pocket ID does")
	}
	var changed []Setting
	for _, one := range all {
		name := strings.ToUpper(humps.ReplaceAllString(one.Key, "${1}_${2}"))
		switch {
		case !settingName.MatchString(one.Key):
			return nil, errors.New(text.CleanForeign(at.Host) + " did not answer as Pocket ID does")
		case internal.MatchString(one.Key), one.Value == "", one.Value == pocketid.Defaults()[name], one.Value == redacted,
			one.Key == "smtpTls" && one.Value == "true":
		default:
			changed = append(changed, Setting{name, secret.New(one.Value)})
		}
	}
	return changed, nil
}

// address is the URL to ask: by HTTPS, or on this machine.
func address(appURL string) (*url.URL, error) {
	at, err := url.Parse(strings.TrimRight(appURL, "/") + path)
	if err != nil || at.Host == "" || at.User != nil {
		return nil, errors.New("APP_URL is not the address of a web server")
	}
	ip := net.ParseIP(at.Hostname())
	local := at.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if at.Scheme != "https" && !(at.Scheme == "http" && local) {
		return nil, errors.New("the API key is only sent by HTTPS or to this machine, and APP_URL is neither")
	}
	return at, nil
}

// get follows no redirects: the key is only for this server.
func get(ctx context.Context, at *url.URL, key secret.Value, roots *x509.CertPool) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	client := web.Client{Roots: roots}
	answer, err := client.Get(ctx, web.Request{At: at, Header: [2]string{header, key.Reveal()}, Most: maxAnswer})
	switch {
	case errors.Is(err, web.ErrTooLarge):
		return nil, fmt.Errorf("the answer of %s is too long", at.Host)
	case err != nil:
		return nil, fmt.Errorf("the settings could not be read: %s", text.Shorten(text.CleanForeign(err.Error()), 300))
	case answer.Status == http.StatusUnauthorized, answer.Status == http.StatusForbidden:
		return nil, fmt.Errorf("%s did not accept the API key, or it is not an admin's (%d)", at.Host, answer.Status)
	case answer.Status != http.StatusOK:
		return nil, fmt.Errorf("%s answered with %d", at.Host, answer.Status)
	}
	return answer.Body, nil
}

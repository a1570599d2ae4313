//go:build e2e

package e2e

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"smtp-wizard/internal/casetest"
)

// TestEnvDocker runs the real docker client, which reads --env-file itself,
// against a daemon that only writes down the environment it is sent.
func TestEnvDocker(t *testing.T) {
	docker := need(t, "docker")
	created := make(chan []string, 1)
	daemon := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Api-Version", "1.40")
		if strings.HasSuffix(r.URL.Path, "/containers/create") {
			var body struct{ Env []string }
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
				t.Error(err)
			}
			created <- body.Env
			http.Error(w, `{"message":"no containers here"}`, http.StatusInternalServerError)
		}
	}))
	defer daemon.Close()
	path := filepath.Join(t.TempDir(), "env")
	files := append([]string{}, envPeculiar...)
	for _, v := range envValues(t) {
		files = append(files, "A=first\nSECRET="+v+"\nZ=last\n")
	}
	for _, file := range files {
		casetest.Must(t, os.WriteFile(path, []byte(file), 0o600))
		cmd := program(t, docker, "create", "--env-file", path, "image")
		cmd.Env = []string{"DOCKER_HOST=" + strings.Replace(daemon.URL, "http", "tcp", 1), "HOME=" + t.TempDir()}
		out, _ := cmd.CombinedOutput() // it always fails: either on the file, or because the daemon refuses
		model, err := envReading(t, "docker", "nothing set", file)
		select {
		case env := <-created:
			if real := envVars(env); err != nil || !envSame(model, real) {
				t.Errorf("%q:\nmodel %q %v\nreal  %q", file, model, err, real)
			}
		default:
			if err == nil {
				t.Errorf("%q: only docker refuses it: %s", file, out)
			}
		}
	}
	t.Logf("%d files compared", len(files))
}

package updater_test

import (
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
)

// An openBodies transport knows which answers were neither closed nor read to their end: each holds one of the places that a host's requests have.
type openBodies struct {
	mu   sync.Mutex
	open []string
}

func (o *openBodies) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return res, err
	}
	what := req.Method + " " + req.URL.Path
	o.mu.Lock()
	o.open = append(o.open, what)
	o.mu.Unlock()
	res.Body = &tracked{res.Body, sync.OnceFunc(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		i := slices.Index(o.open, what)
		o.open = slices.Delete(o.open, i, i+1)
	})}
	return res, nil
}

type tracked struct {
	io.ReadCloser
	closed func()
}

func (t *tracked) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if err != nil {
		t.closed()
	}
	return n, err
}

func (t *tracked) Close() error {
	t.closed()
	return t.ReadCloser.Close()
}

// TestAnswersAreEnded follows a repository from its first pass to merges.
func TestAnswersAreEnded(t *testing.T) {
	w := newWorld(t, files)
	bodies := new(openBodies)
	w.transport = bodies
	w.clean()
	w.green()
	w.clean()
	if len(bodies.open) > 0 {
		t.Errorf("these answers were never ended: %q", bodies.open)
	}
}

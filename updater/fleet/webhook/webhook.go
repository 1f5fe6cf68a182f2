// Package webhook defines how GitHub's events become jobs for single repositories.
//
// An event is only a hint that it is worth to look: a job says "look at acme/shop", and what is there is read from GitHub
// when it runs. So events may be lost, late, doubled or in any order, and the end is the same.
package webhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/currant-bot/currant/updater/fleet"
)

const (
	// MaxBody bounds a delivery. GitHub sends none that is longer.
	MaxBody = 25 << 20

	atOnce     = 8    // deliveries are read at the same time; the others wait
	remembered = 4096 // deliveries are known by their number
)

// Options say what a handler is made of.
type Options struct {
	Secrets []string          // any of them signs, so that a secret can be replaced while both are in use
	Self    string            // as in [Read]
	Add     func(fleet.Job)   // takes a job; it must not wait long
	Tell    func(line string) // for logs; nil for nobody
}

// A Handler takes GitHub's deliveries. It is safe for concurrent use.
//
// GitHub sends a delivery again only when a person asks for it, and shows that person the answer, so each answer says what became of
// the delivery. What is wrong with a delivery is never answered as an error of the server, on which proxies and senders try again.
type Handler struct {
	o     Options
	turns chan struct{}
	seen  seen
}

var (
	errMalformed = errors.New("this is not what GitHub sends")
	errKind      = errors.New("the content type is neither application/json nor application/x-www-form-urlencoded")
)

// New returns a handler. Without a secret it would take anybody's word.
func New(o Options) (*Handler, error) {
	for _, s := range o.Secrets {
		if s == "" {
			return nil, errors.New("an empty webhook secret is no secret")
		}
	}
	if len(o.Secrets) == 0 {
		return nil, errors.New("webhooks need a secret: without one, anybody could send them")
	}
	return &Handler{o: o, turns: make(chan struct{}, atOnce)}, nil
}

// An answer is what the sender is told.
type answer struct {
	Repositories []string `json:"repositories"` // that will be looked at
	Note         string   `json:"note,omitempty"`
}

// ServeHTTP takes one delivery.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, a := h.take(r)
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	if h.o.Tell != nil && status != http.StatusMethodNotAllowed {
		h.o.Tell(fmt.Sprintf("%s %s: %d %s", printable(r.Header.Get("X-GitHub-Event")), printable(r.Header.Get("X-GitHub-Delivery")), status, a))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a) // an error is the sender's going away
}

func (a answer) String() string {
	if len(a.Repositories) == 0 {
		return a.Note
	}
	return strings.Join(a.Repositories, ", ")
}

func refuse(status int, note string) (int, answer) {
	return status, answer{Repositories: []string{}, Note: note}
}

func (h *Handler) take(r *http.Request) (int, answer) {
	if r.Method != http.MethodPost {
		return refuse(http.StatusMethodNotAllowed, "GitHub's webhooks are posted here")
	}
	event, id := r.Header.Get("X-GitHub-Event"), r.Header.Get("X-GitHub-Delivery")
	if event == "" || id == "" || len(event) > 100 || len(id) > 100 {
		return refuse(http.StatusBadRequest, "X-GitHub-Event and X-GitHub-Delivery are missing")
	}
	body, err := h.read(r)
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		return refuse(http.StatusRequestEntityTooLarge, "the delivery is too long")
	case err != nil:
		return refuse(http.StatusBadRequest, "the delivery was cut short")
	case !h.signed(body, r.Header.Get("X-Hub-Signature-256")):
		return refuse(http.StatusUnauthorized, "the signature is of none of Currant's webhook secrets (X-Hub-Signature-256)")
	}
	text, err := content(r.Header.Get("Content-Type"), body)
	var reading Reading
	if err == nil {
		reading, err = Read(event, text, h.o.Self)
	}
	switch {
	case errors.Is(err, errKind):
		return refuse(http.StatusUnsupportedMediaType, err.Error())
	case err != nil:
		return refuse(http.StatusBadRequest, err.Error())
	case !h.seen.first(id):
		return refuse(http.StatusOK, "this delivery was taken before")
	}
	out := answer{Repositories: []string{}, Note: reading.Note}
	for _, j := range reading.Jobs {
		h.o.Add(j)
		out.Repositories = append(out.Repositories, j.Repository)
	}
	return http.StatusAccepted, out
}

// read reads a delivery when it is its turn: before its signature was seen, it may be anybody's.
func (h *Handler) read(r *http.Request) ([]byte, error) {
	select {
	case h.turns <- struct{}{}:
		defer func() { <-h.turns }()
	case <-r.Context().Done():
		return nil, context.Cause(r.Context())
	}
	return io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
}

// signed reports whether one of the secrets signed body. How long that takes says nothing of the secrets.
func (h *Handler) signed(body []byte, signature string) bool {
	text, ok := strings.CutPrefix(signature, "sha256=")
	given, err := hex.DecodeString(text)
	if !ok || err != nil {
		return false
	}
	good := false
	for _, secret := range h.o.Secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		if hmac.Equal(mac.Sum(nil), given) {
			good = true
		}
	}
	return good
}

// content returns the JSON of a delivery in either of the two forms that a webhook can be set to.
func content(kind string, body []byte) ([]byte, error) {
	switch media, _, _ := mime.ParseMediaType(kind); media {
	case "application/json":
		return body, nil
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		if err != nil {
			return nil, errMalformed
		}
		return []byte(form.Get("payload")), nil
	}
	return nil, errKind
}

// seen remembers the numbers of the latest deliveries. After a restart they are new again, which costs a look at a
// repository and changes nothing.
type seen struct {
	mu   sync.Mutex
	ids  map[string]bool
	ring [remembered]string
	at   int
}

// first reports whether id is new, and remembers it.
func (s *seen) first(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ids[id] {
		return false
	}
	if s.ids == nil {
		s.ids = make(map[string]bool, remembered)
	}
	delete(s.ids, s.ring[s.at])
	s.ring[s.at], s.ids[id] = id, true
	s.at = (s.at + 1) % remembered
	return true
}

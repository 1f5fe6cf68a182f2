package datasourcetest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

// A fault is how a server goes wrong from some request on.
type fault struct {
	name  string
	serve func(w *world, next http.Handler, rw http.ResponseWriter, r *http.Request)
	hangs bool // it never ends

	// always is what the error must be, wherever the fault begins; nil if there
	// need not be one, because the listing may be whole all the same.
	always func(error) error
	// ifAny is what the error must be if there is one; nil for any error.
	ifAny func(error) error
	// somewhere is what the error must be at one place at least.
	somewhere func(error) error
}

var faults = []fault{
	{name: "401", serve: status(401), somewhere: isAuth},
	{name: "403", serve: status(403), somewhere: isAuth},
	{name: "404", serve: status(404), somewhere: isNotFound},
	{name: "429", serve: tooMany, always: isRetryAfterAnHour},
	{name: "500", serve: status(500), always: isRetry},
	{name: "503", serve: status(503), always: isRetry},
	{name: "timeout", serve: hang, hangs: true, always: isRetry},
	{name: "hang in body", serve: hangInBody, hangs: true, ifAny: isRetry},
	{name: "half a body", serve: half, somewhere: isRetry},
	{name: "half a body without length", serve: halfWithoutLength},
	{name: "empty body", serve: empty},
	{name: "endless body", serve: endless},
	{name: "oversized by its own word", serve: oversized, somewhere: isTooLong},
	{name: "garbage", serve: garbage},
	{name: "redirect to a foreign host", serve: redirect, somewhere: isForeign},
	{name: "link to a foreign host", serve: link},
	{name: "connection refused", serve: reset, always: isRetry},
}

// fault lets f begin at each request of a listing in turn. Whatever happens, what
// is missing is never taken for absent: there is an error, or the listing says that it is
// partial, or it is whole.
func (c Case) fault(t *testing.T, f fault) {
	var best error
	timeout := patience
	if f.hangs {
		timeout = impatience
	}
	for k := range c.count(t) {
		w := c.open(t, timeout, func(w *world, n int, next http.Handler, rw http.ResponseWriter, r *http.Request) {
			if n >= k {
				f.serve(w, next, rw, r)
				return
			}
			next.ServeHTTP(rw, r)
		})
		w.query.Registry = withPassword(w.query.Registry)
		l, err := w.list(t)
		where := fmt.Sprintf("from request %d on", k)
		if err == nil && l.Partial == "" {
			if d := c.diff(l); d != "" {
				t.Errorf("%s: the listing says that it is whole and is not (-want +got):\n%s", where, d)
			}
		}
		if err == nil && f.always != nil {
			t.Errorf("%s: no error", where)
		}
		if err != nil {
			if text := err.Error(); strings.Contains(text, secret) || strings.Contains(text, password) {
				t.Errorf("%s: a secret in the error: %s", where, text)
			}
			if f.always != nil && f.always(err) != nil {
				t.Errorf("%s: %v: %v", where, f.always(err), err)
			}
			if f.ifAny != nil && f.ifAny(err) != nil {
				t.Errorf("%s: %v: %v", where, f.ifAny(err), err)
			}
			if f.somewhere != nil && (best == nil || f.somewhere(err) == nil) {
				best = err
			}
		}
		if n := w.foreign.Load(); n > 0 {
			t.Errorf("%s: %d requests to a foreign host", where, n)
		}
	}
	if f.somewhere != nil {
		if best == nil {
			t.Error("no error anywhere")
		} else if err := f.somewhere(best); err != nil {
			t.Errorf("nowhere the right error: %v: %v", err, best)
		}
	}
}

// withPassword puts a user and a password into a registry's URL, as people do.
func withPassword(registry string) string {
	return strings.Replace(registry, "://", "://user:"+password+"@", 1)
}

func status(code int) func(*world, http.Handler, http.ResponseWriter, *http.Request) {
	return func(_ *world, _ http.Handler, rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(code) }
}

func tooMany(_ *world, _ http.Handler, rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Retry-After", "3600")
	rw.WriteHeader(http.StatusTooManyRequests)
}

func hang(_ *world, _ http.Handler, _ http.ResponseWriter, r *http.Request) { gone(r) }

// gone waits until the caller has gone, which is seen only once what it sent is read.
func gone(r *http.Request) {
	io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// recorded returns the right answer.
func recorded(next http.Handler, r *http.Request) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	next.ServeHTTP(rec, r)
	return rec
}

// send sends the head of an answer and a part of its body. length is "" to leave
// the end of the body open.
func send(rw http.ResponseWriter, rec *httptest.ResponseRecorder, body []byte, length string) {
	conn, buf, err := http.NewResponseController(rw).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	fmt.Fprintf(buf, "HTTP/1.1 %d X\r\nConnection: close\r\n", rec.Code)
	rec.Header().Del("Content-Length")
	rec.Header().Write(buf)
	if length != "" {
		fmt.Fprintf(buf, "Content-Length: %s\r\n", length)
	}
	buf.WriteString("\r\n")
	buf.Write(body)
	buf.Flush()
}

func half(_ *world, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	rec := recorded(next, r)
	body := rec.Body.Bytes()
	send(rw, rec, body[:len(body)/2], fmt.Sprint(len(body)))
}

func halfWithoutLength(_ *world, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	rec := recorded(next, r)
	body := rec.Body.Bytes()
	send(rw, rec, body[:len(body)/2], "")
}

func empty(_ *world, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	send(rw, recorded(next, r), nil, "")
}

func hangInBody(_ *world, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	rec := recorded(next, r)
	body := rec.Body.Bytes()
	for name, values := range rec.Header() {
		rw.Header()[name] = values
	}
	rw.Header().Set("Content-Length", fmt.Sprint(len(body)+1))
	rw.WriteHeader(rec.Code)
	rw.Write(body)
	http.NewResponseController(rw).Flush()
	gone(r)
}

func endless(_ *world, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	rec := recorded(next, r)
	for name, values := range rec.Header() {
		rw.Header()[name] = values
	}
	rw.Header().Del("Content-Length")
	rw.WriteHeader(rec.Code)
	filler := []byte(strings.Repeat(" ", 32<<10))
	for sent := 0; sent < 4*ceiling; sent += len(filler) {
		if _, err := rw.Write(filler); err != nil {
			return
		}
	}
	rw.Write(rec.Body.Bytes())
}

func oversized(_ *world, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	send(rw, recorded(next, r), []byte("{"), "1099511627776")
}

func garbage(_ *world, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	rec := recorded(next, r)
	send(rw, rec, []byte("\x00\xff{]<a>--- !!"), "15")
}

func redirect(w *world, _ http.Handler, rw http.ResponseWriter, r *http.Request) {
	http.Redirect(rw, r, w.other+r.URL.Path, http.StatusFound)
}

func link(w *world, next http.Handler, rw http.ResponseWriter, r *http.Request) {
	rec := recorded(next, r)
	rec.Header().Set("Link", "<"+w.other+`/next?page=2>; rel="next"`)
	send(rw, rec, rec.Body.Bytes(), fmt.Sprint(rec.Body.Len()))
}

func reset(_ *world, _ http.Handler, rw http.ResponseWriter, _ *http.Request) {
	if conn, _, err := http.NewResponseController(rw).Hijack(); err == nil {
		conn.Close()
	}
}

func isNotFound(err error) error {
	if !errors.Is(err, datasources.ErrNotFound) {
		return errors.New("not ErrNotFound")
	}
	return nil
}

func isAuth(err error) error {
	var auth *datasources.AuthError
	if !errors.As(err, &auth) {
		return errors.New("not an AuthError")
	}
	return nil
}

func isRetry(err error) error {
	var retry *datasources.RetryError
	if !errors.As(err, &retry) {
		return errors.New("not a RetryError")
	}
	return nil
}

func isRetryAfterAnHour(err error) error {
	var retry *datasources.RetryError
	if !errors.As(err, &retry) || retry.After < 59*time.Minute {
		return errors.New("not a RetryError with an hour to wait")
	}
	return nil
}

func isTooLong(err error) error {
	var long *host.TooLongError
	if !errors.As(err, &long) {
		return errors.New("not a TooLongError")
	}
	return nil
}

func isForeign(err error) error {
	if !errors.Is(err, datasources.ErrForeign) {
		return errors.New("not ErrForeign")
	}
	return nil
}

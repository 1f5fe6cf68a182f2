package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/cachecontrol/cacheobject"

	"github.com/currant-bot/currant/datasources"
)

// maxFresh is how long an answer may be used without asking again, whatever
// the server allows: a release must be seen within minutes.
const maxFresh = 15 * time.Minute

// A Transport answers from a [Disk] what is fresh, and asks for the rest only
// whether it has changed. It must stand below whatever adds credentials:
// an answer is found again only with the very headers that it was given for.
type Transport struct {
	Next http.RoundTripper
	Disk *Disk
	Now  func() time.Time

	// AlwaysAsk asks each time whether an answer has changed, even where the server says that
	// it may be used for a while: for what must be seen as it is now.
	AlwaysAsk bool
}

// RoundTrip sends req if it must.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodGet || datasources.TermsOf(req.Context()).Own || req.Header.Get("Range") != "" {
		return t.Next.RoundTrip(req)
	}
	key := t.keyOf(req)
	entry, body, err := t.Disk.Get(key)
	if err != nil {
		return t.ask(req, key)
	}
	if t.Now().Before(entry.Fresh) {
		return entry.response(req, body), nil
	}
	again := req.Clone(req.Context())
	for from, to := range map[string]string{"Etag": "If-None-Match", "Last-Modified": "If-Modified-Since"} {
		if value := entry.Header.Get(from); value != "" {
			again.Header.Set(to, value)
		}
	}
	resp, err := t.ask(again, key)
	if err != nil || resp.StatusCode != http.StatusNotModified {
		body.Close()
		return resp, err
	}
	resp.Body.Close()
	if fresh := t.fresh(resp.Header); fresh.After(t.Now()) {
		entry.Fresh = fresh
		t.Disk.Touch(key, entry)
	}
	entry.Header = renewed(entry.Header, resp.Header)
	return entry.response(req, body), nil
}

// ask sends req and has its answer stored when it has been read to its end.
func (t *Transport) ask(req *http.Request, key string) (*http.Response, error) {
	resp, err := t.Next.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK || !datasources.Delimited(resp) || !t.storable(resp.Header) {
		return resp, err
	}
	w, err := t.Disk.Create(key)
	if err != nil {
		return resp, nil // a full disk costs time, not answers
	}
	entry := Entry{URL: datasources.Redact(req.URL.String()), Header: kept(resp.Header), Fresh: t.fresh(resp.Header)}
	resp.Body = &tee{body: resp.Body, w: w, entry: entry}
	return resp, nil
}

// storable reports whether an answer may be kept and would be of use.
func (t *Transport) storable(h http.Header) bool {
	d, err := cacheobject.ParseResponseCacheControl(h.Get("Cache-Control"))
	if err != nil || d.NoStore || h.Get("Vary") == "*" {
		return false
	}
	return h.Get("Etag") != "" || h.Get("Last-Modified") != "" || t.fresh(h).After(t.Now())
}

// fresh returns until when an answer may be used without asking.
func (t *Transport) fresh(h http.Header) time.Time {
	d, err := cacheobject.ParseResponseCacheControl(h.Get("Cache-Control"))
	if err != nil || t.AlwaysAsk || d.NoCachePresent || d.MaxAge <= 0 {
		return t.Now()
	}
	age, _ := strconv.Atoi(h.Get("Age"))
	left := time.Duration(int64(d.MaxAge)-int64(max(0, age))) * time.Second
	return t.Now().Add(max(0, min(left, maxFresh)))
}

// renewed returns the headers of a stored answer with those of the one that says that it has not changed (RFC 9111, 3.2).
func renewed(stored, now http.Header) http.Header {
	out := stored.Clone()
	for name, values := range now {
		if !strings.HasPrefix(name, "Content-") {
			out[name] = values
		}
	}
	return out
}

// keyOf returns what an answer to req is stored under: all of req but the
// headers that say who asks by which program, or how to store. An identity stands for the credentials only where the host is asked each time, with
// these credentials, whether it may be used.
func (t *Transport) keyOf(req *http.Request) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00", req.URL.String())
	identity := datasources.TermsOf(req.Context()).Identity
	if !t.AlwaysAsk {
		identity = ""
	}
	fmt.Fprintf(h, "%q\x00", identity)
	for _, name := range slices.Sorted(maps.Keys(req.Header)) {
		if name == "Authorization" && identity != "" {
			continue
		}
		switch name {
		case "User-Agent", "If-None-Match", "If-Modified-Since", "Cache-Control":
		default:
			fmt.Fprintf(h, "%q%q", name, req.Header[name])
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// kept returns the headers that sources read or revalidation needs.
func kept(h http.Header) http.Header {
	out := make(http.Header)
	for _, name := range []string{"Content-Type", "Etag", "Last-Modified", "Link", "Date"} {
		if values := h.Values(name); len(values) > 0 {
			out[name] = values
		}
	}
	return out
}

// A tee stores what is read through it. Only a body read to its end is kept.
type tee struct {
	body  io.ReadCloser
	w     *Writer // nil once kept or given up
	entry Entry
}

func (t *tee) Read(p []byte) (int, error) {
	n, err := t.body.Read(p)
	if t.w == nil {
		return n, err
	}
	if _, werr := t.w.Write(p[:n]); werr != nil || err != nil && err != io.EOF {
		t.w.Abort()
		t.w = nil
	} else if err == io.EOF {
		t.w.Commit(t.entry)
		t.w = nil
	}
	return n, err
}

func (t *tee) Close() error {
	if t.w != nil {
		t.w.Abort()
		t.w = nil
	}
	return t.body.Close()
}

// response returns the answer that e and body were stored from.
func (e Entry) response(req *http.Request, body io.ReadCloser) *http.Response {
	return &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: e.Header.Clone(), Body: body, ContentLength: e.Size, Request: req,
	}
}

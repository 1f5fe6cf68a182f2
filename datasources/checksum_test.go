package datasources_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/datasources/host"
)

func TestSHA256(t *testing.T) {
	const text = "what is downloaded"
	want := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
	for _, tt := range []struct {
		name  string
		files map[string]string
		err   string
	}{
		{"beside it", map[string]string{"x.zip.sha256": strings.ToUpper(want) + "\n"}, ""},
		{"with its name", map[string]string{"x.zip.sha256": want + "  x.zip\n"}, ""},
		{"by SHA-512", map[string]string{"x.zip": text, "x.zip.sha512": fmt.Sprintf("%x", sha512.Sum512([]byte(text)))}, ""},
		{"by SHA-1", map[string]string{"x.zip": text, "x.zip.sha1": fmt.Sprintf("%x", sha1.Sum([]byte(text)))}, ""},
		{"of another file", map[string]string{"x.zip": text + "!", "x.zip.sha1": fmt.Sprintf("%x", sha1.Sum([]byte(text)))}, "is not what its .sha1 says"},
		{"a page", map[string]string{"x.zip.sha256": "<html>welcome</html>"}, "is no checksum"},
		{"none", map[string]string{"x.zip": text}, "not found"},
		{"no file", map[string]string{"x.zip.sha1": fmt.Sprintf("%x", sha1.Sum([]byte(text)))}, "not found"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if f, ok := tt.files[strings.TrimPrefix(r.URL.Path, "/")]; ok {
				io.WriteString(rw, f)
			} else {
				http.NotFound(rw, r)
			}
		}))
		c, err := host.New(host.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Env().SHA256(t.Context(), server.URL+"/x.zip", datasources.Terms{})
		switch {
		case tt.err == "" && (err != nil || got != want):
			t.Errorf("%s: got %q, %v", tt.name, got, err)
		case tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)):
			t.Errorf("%s: got %q, %v", tt.name, got, err)
		case tt.err == "not found" && !errors.Is(err, datasources.ErrNotFound):
			t.Errorf("%s: %v is not ErrNotFound", tt.name, err)
		}
		server.Close()
	}
}

// Package lockfiletest has registries in process for tests of tools that keep lock files. Their packages
// are invented: "left-foot", which has releases 1.0.0, 1.1.0, 1.2.0 and 2.0.0, and "right-foot", on which
// left-foot depends from 1.1.0 on.
package lockfiletest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// A release of an invented package.
type release struct {
	name, version string
	needs         map[string]string // by ecosystem: "npm", "pypi", "crate"
	when          string
}

var releases = []release{
	{"left-foot", "1.0.0", nil, "2024-01-01T00:00:00.000Z"},
	{"left-foot", "1.1.0", map[string]string{"npm": "^1.0.0", "pypi": ">=1.0", "crate": "^1.0"}, "2024-02-01T00:00:00.000Z"},
	{"left-foot", "1.2.0", map[string]string{"npm": "^1.0.0", "pypi": ">=1.0", "crate": "^1.0"}, "2024-03-01T00:00:00.000Z"},
	{"left-foot", "2.0.0", map[string]string{"npm": "^1.0.0", "pypi": ">=1.0", "crate": "^1.0"}, "2024-04-01T00:00:00.000Z"},
	{"right-foot", "1.0.0", nil, "2024-01-01T00:00:00.000Z"},
	{"right-foot", "1.0.1", nil, "2024-05-01T00:00:00.000Z"},
}

// World answers for all public registries. Anything else is not found.
type World struct {
	mu    sync.Mutex
	asked []string
}

// Asked lists the URLs that were asked for, in order.
func (w *World) Asked() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.asked...)
}

// RoundTrip answers.
func (w *World) RoundTrip(req *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.asked = append(w.asked, req.URL.String())
	w.mu.Unlock()
	rec := httptest.NewRecorder()
	base := req.URL.Scheme + "://" + req.URL.Host
	switch {
	case isHost("npm", base):
		npm(rec, req, base)
	case isHost("pypi", base):
		pypi(rec, req)
	case isHost("crate", base):
		crate(rec, req, base)
	default:
		http.NotFound(rec, req)
	}
	resp := rec.Result()
	resp.Request = req
	return resp, nil
}

func isHost(datasource, base string) bool {
	for _, u := range append(datasources.DefaultRegistries(datasource), datasources.Companions(datasource)...) {
		if strings.HasPrefix(u+"/", base+"/") {
			return true
		}
	}
	return false
}

func write(w http.ResponseWriter, kind string, v any) {
	w.Header().Set("Content-Type", kind)
	json.NewEncoder(w).Encode(v)
}

func npm(w http.ResponseWriter, req *http.Request, base string) {
	name, file, isFile := strings.Cut(strings.TrimPrefix(req.URL.Path, "/"), "/-/")
	versions, times, latest := map[string]any{}, map[string]string{}, ""
	for _, r := range releases {
		tgz := tarball(r)
		if isFile && file == r.name+"-"+r.version+".tgz" {
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Write(tgz)
			return
		}
		if r.name != name {
			continue
		}
		one, long := sha1.Sum(tgz), sha512.Sum512(tgz)
		m := manifest(r)
		m["dist"] = map[string]any{
			"tarball": base + "/" + name + "/-/" + name + "-" + r.version + ".tgz", "shasum": hex.EncodeToString(one[:]),
			"integrity": "sha512-" + base64.StdEncoding.EncodeToString(long[:]),
		}
		versions[r.version], times[r.version], latest = m, r.when, r.version
	}
	if len(versions) == 0 || isFile {
		http.NotFound(w, req)
		return
	}
	write(w, "application/json", map[string]any{"name": name, "versions": versions, "time": times, "dist-tags": map[string]string{"latest": latest}, "modified": times[latest]})
}

func manifest(r release) map[string]any {
	m := map[string]any{"name": r.name, "version": r.version}
	if need := r.needs["npm"]; need != "" {
		m["dependencies"] = map[string]string{"right-foot": need}
	}
	return m
}

func tarball(r release) []byte {
	text, err := json.Marshal(manifest(r))
	if err != nil {
		panic(err)
	}
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	t := tar.NewWriter(z)
	t.WriteHeader(&tar.Header{Name: "package/package.json", Mode: 0o644, Size: int64(len(text))})
	t.Write(text)
	t.Close()
	z.Close()
	return out.Bytes()
}

func pypi(w http.ResponseWriter, req *http.Request) {
	parts := strings.Split(strings.Trim(req.URL.Path, "/"), "/")
	files := datasources.Companions("pypi")[1]
	var list []map[string]any
	var versions []string
	for _, r := range releases {
		whl, meta := wheel(r)
		file := wheelName(r)
		sum, metaSum := sha256.Sum256(whl), sha256.Sum256([]byte(meta))
		switch path.Base(req.URL.Path) {
		case file:
			http.ServeContent(w, req, file, time.Time{}, bytes.NewReader(whl))
			return
		case file + ".metadata":
			io.WriteString(w, meta)
			return
		}
		if len(parts) < 2 || parts[1] != r.name {
			continue
		}
		entry := map[string]any{
			"filename": file, "url": files + "/packages/" + file, "hashes": map[string]string{"sha256": hex.EncodeToString(sum[:])},
			"size": len(whl), "upload-time": r.when, "core-metadata": map[string]string{"sha256": hex.EncodeToString(metaSum[:])},
			"digests": map[string]string{"sha256": hex.EncodeToString(sum[:])}, "packagetype": "bdist_wheel", "yanked": false, "requires-python": ">=3.8",
			"upload_time_iso_8601": r.when,
		}
		if len(parts) == 4 && parts[0] == "pypi" && parts[2] == r.version {
			info := map[string]any{"name": r.name, "version": r.version, "summary": "A foot.", "requires_python": ">=3.8", "requires_dist": requires(r)}
			write(w, "application/json", map[string]any{"info": info, "urls": []any{entry}, "releases": map[string]any{}})
			return
		}
		list, versions = append(list, entry), append(versions, r.version)
	}
	if len(list) == 0 || parts[0] != "simple" {
		http.NotFound(w, req)
		return
	}
	write(w, "application/vnd.pypi.simple.v1+json", map[string]any{"meta": map[string]string{"api-version": "1.1"}, "name": parts[1], "files": list, "versions": versions})
}

func requires(r release) []string {
	if need := r.needs["pypi"]; need != "" {
		return []string{"right-foot" + need}
	}
	return nil
}

func wheelName(r release) string {
	return strings.ReplaceAll(r.name, "-", "_") + "-" + r.version + "-py3-none-any.whl"
}

func wheel(r release) (data []byte, metadata string) {
	metadata = fmt.Sprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\nRequires-Python: >=3.8\n", r.name, r.version)
	for _, need := range requires(r) {
		metadata += "Requires-Dist: " + need + "\n"
	}
	info := strings.ReplaceAll(r.name, "-", "_") + "-" + r.version + ".dist-info/"
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, f := range [][2]string{{"METADATA", metadata}, {"WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"}, {"RECORD", ""}} {
		w, err := z.Create(info + f[0])
		if err != nil {
			panic(err)
		}
		io.WriteString(w, f[1])
	}
	z.Close()
	return out.Bytes(), metadata
}

// crate answers for the sparse index of crates.
func crate(w http.ResponseWriter, req *http.Request, base string) {
	if strings.HasSuffix(req.URL.Path, "/config.json") {
		write(w, "application/json", map[string]string{"dl": base + "/crates/{crate}/{crate}-{version}.crate"})
		return
	}
	found := false
	for _, r := range releases {
		if path.Base(req.URL.Path) != r.name {
			continue
		}
		found = true
		sum := sha256.Sum256([]byte(r.name + r.version))
		deps := []any{}
		if need := r.needs["crate"]; need != "" {
			deps = append(deps, map[string]any{"name": "right-foot", "req": need, "features": []string{}, "optional": false, "default_features": true, "target": nil, "kind": "normal"})
		}
		write(w, "text/plain", map[string]any{"name": r.name, "vers": r.version, "deps": deps, "cksum": hex.EncodeToString(sum[:]), "features": map[string]any{}, "yanked": false})
	}
	if !found {
		http.NotFound(w, req)
	}
}

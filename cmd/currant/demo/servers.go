package demo

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/name"
	oci "github.com/google/go-containerregistry/pkg/registry"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	helm "helm.sh/helm/v3/pkg/registry"
)

// A registry is an OCI registry in this process. It counts what is written to it.
type registry struct {
	server *httptest.Server
	writes atomic.Int64
}

func newRegistry() (*registry, error) {
	r := &registry{}
	store := oci.New(oci.Logger(log.New(io.Discard, "", 0)))
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet && req.Method != http.MethodHead {
			r.writes.Add(1)
		}
		store.ServeHTTP(w, req)
	}))
	return r, nil
}

func (r *registry) host() string { return strings.TrimPrefix(r.server.URL, "http://") }
func (r *registry) close()       { r.server.Close() }

// pushImage publishes an image with one file.
func (r *registry) pushImage(repository, tag, content string) error {
	img, err := crane.Image(map[string][]byte{"app/VERSION": []byte(content)})
	if err != nil {
		return fmt.Errorf("making image %s:%s: %w", repository, tag, err)
	}
	ref, err := name.ParseReference(r.host()+"/"+repository+":"+tag, name.Insecure)
	if err != nil {
		return err
	}
	if err := remote.Write(ref, img); err != nil {
		return fmt.Errorf("pushing %s:%s: %w", repository, tag, err)
	}
	return nil
}

// pushChart publishes a Helm chart, as helm push does.
func (r *registry) pushChart(chart, version string) error {
	client, err := helm.NewClient(helm.ClientOptPlainHTTP(), helm.ClientOptWriter(io.Discard))
	if err != nil {
		return fmt.Errorf("making a Helm client: %w", err)
	}
	data, err := archive(chart, version)
	if err != nil {
		return err
	}
	if _, err := client.Push(data, r.host()+"/charts/"+chart+":"+version); err != nil {
		return fmt.Errorf("pushing chart %s %s: %w", chart, version, err)
	}
	return nil
}

// archive packs a chart with nothing in it.
func archive(chart, version string) ([]byte, error) {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	pack := tar.NewWriter(zip)
	text := fmt.Sprintf("apiVersion: v2\nname: %s\nversion: %s\ndescription: a chart of the demonstration\n", chart, version)
	if err := pack.WriteHeader(&tar.Header{Name: chart + "/Chart.yaml", Mode: 0o644, Size: int64(len(text))}); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(pack, text); err != nil {
		return nil, err
	}
	if err := pack.Close(); err != nil {
		return nil, err
	}
	if err := zip.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// tags lists the tags of a repository, read over HTTP.
func (r *registry) tags(repository string) ([]string, error) {
	resp, err := http.Get(r.server.URL + "/v2/" + repository + "/tags/list")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var list struct{ Tags []string }
	if err := json.NewDecoder(resp.Body).Decode(&list); err != nil {
		return nil, fmt.Errorf("listing tags of %s: %w", repository, err)
	}
	return list.Tags, nil
}

// An index is a package index by PEP 691.
type index struct{ server *httptest.Server }

// packages are what the index holds: name to versions.
var packages = map[string][]string{"acme-ledger": {"2.0.0", "2.1.0"}, "httpx": {"0.27.0", "0.28.1"}}

func newIndex() (*index, error) {
	return &index{httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		project := strings.Trim(strings.TrimPrefix(req.URL.Path, "/simple/"), "/")
		versions, ok := packages[project]
		if !ok {
			http.NotFound(w, req)
			return
		}
		type file struct {
			Filename   string            `json:"filename"`
			URL        string            `json:"url"`
			Hashes     map[string]string `json:"hashes"`
			UploadTime string            `json:"upload-time"`
		}
		body := map[string]any{"meta": map[string]string{"api-version": "1.1"}, "name": project, "versions": versions}
		var files []file
		for _, v := range versions {
			n := strings.ReplaceAll(project, "-", "_") + "-" + v + ".tar.gz"
			files = append(files, file{n, "/files/" + n, map[string]string{}, "2026-01-01T00:00:00Z"})
		}
		body["files"] = files
		w.Header().Set("Content-Type", "application/vnd.pypi.simple.v1+json")
		_ = json.NewEncoder(w).Encode(body) // the client sees a cut body
	}))}, nil
}

func (i *index) url() string { return i.server.URL + "/simple/" }
func (i *index) close()      { i.server.Close() }

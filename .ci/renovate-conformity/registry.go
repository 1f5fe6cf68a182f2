package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/google/go-containerregistry/pkg/crane"
	"github.com/google/go-containerregistry/pkg/registry"
)

// imageHost is how repositories call the registry of images.
const imageHost = "registry.example.test"

// registries are a registry of npm packages and one of images.
type registries struct{ npm, oci *httptest.Server }

// newRegistries makes registries. A package that young does not name has the same old versions as all others; the last one is the latest.
func newRegistries(young map[string]map[string]time.Duration, versions ...string) *registries {
	return &registries{
		npm: httptest.NewServer(packages(young, versions)),
		oci: httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0)))),
	}
}

func (r *registries) images() string { return strings.TrimPrefix(r.oci.URL, "http://") }

func (r *registries) close() {
	r.npm.Close()
	r.oci.Close()
}

// push publishes tags of an image, each with content of its own.
func (r *registries) push(repository string, tags ...string) error {
	for _, tag := range tags {
		img, err := crane.Image(map[string][]byte{"VERSION": []byte(tag)})
		if err != nil {
			return fmt.Errorf("making image %s:%s: %w", repository, tag, err)
		}
		if err := crane.Push(img, r.images()+"/"+repository+":"+tag, crane.Insecure); err != nil {
			return fmt.Errorf("pushing %s:%s: %w", repository, tag, err)
		}
	}
	return nil
}

// packages answers as npm's registry does. young are the ages of versions that are not years old, by package.
func packages(young map[string]map[string]time.Duration, all []string) http.HandlerFunc {
	now := time.Now()
	return func(out http.ResponseWriter, r *http.Request) {
		name := strings.ReplaceAll(strings.Trim(r.URL.Path, "/"), "%2f", "/")
		versions, times := map[string]any{}, map[string]string{}
		for _, v := range all {
			versions[v] = map[string]any{"name": name, "version": v, "dist": map[string]any{}}
			times[v] = "2020-01-01T00:00:00.000Z"
			if age, ok := young[name][v]; ok {
				times[v] = now.Add(-age).UTC().Format("2006-01-02T15:04:05.000Z")
			}
		}
		out.Header().Set("Content-Type", "application/json")
		// An error means that the client has gone.
		_ = json.NewEncoder(out).Encode(map[string]any{"name": name, "dist-tags": map[string]string{"latest": all[len(all)-1]}, "versions": versions, "time": times})
	}
}

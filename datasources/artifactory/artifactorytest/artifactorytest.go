// Package artifactorytest defines an Artifactory in this process, with the habits
// in which Artifactory differs from the registries that it stands for.
//
// Each habit names its source in the field: JFrog's documentation, or the reports of users of
// Renovate, by the number of their issue there.
package artifactorytest

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Who may read repositories that are not for everybody.
const (
	User     = "currant"
	Password = "s3cret-of-artifactory"
)

// A Server is an Artifactory with these repositories:
//
//   - "docker" is virtual: before "docker-local", whose images are private, and "hub", a remote of a public registry,
//     of which only what somebody has fetched is listed;
//   - "charts", "npm", "pypi" and "tools" are private.
type Server struct {
	*httptest.Server

	// PageSize is how many tags a page of a list holds.
	PageSize int

	mu     sync.Mutex
	images map[string]map[string]time.Time // of docker-local, by path
	hub    map[string][]string             // what is upstream, by path
	cached map[string][]string             // what of it was fetched
	files  map[string]file                 // other repositories, by path
	asked  []string                        // paths of requests without credentials
}

type file struct {
	text       string
	changed    time.Time
	properties map[string][]string
}

// New starts a server. The caller closes it.
func New() *Server {
	s := &Server{
		PageSize: 10, images: make(map[string]map[string]time.Time), hub: make(map[string][]string),
		cached: make(map[string][]string), files: make(map[string]file),
	}
	s.Server = httptest.NewServer(http.HandlerFunc(s.serve))
	return s
}

// Push puts a tag of an image into "docker-local".
func (s *Server) Push(image, tag string, when time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.images[image] == nil {
		s.images[image] = make(map[string]time.Time)
	}
	s.images[image][tag] = when
}

// Publish puts tags of an image into the public registry that "hub" fetches from.
func (s *Server) Publish(image string, tags ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hub[image] = append(s.hub[image], tags...)
}

// Put writes a file of another repository, such as "tools/cli/1.0.0/cli.tar.gz"; properties are of
// its folder.
func (s *Server) Put(path, text string, when time.Time, properties map[string][]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files[path] = file{text, when, properties}
}

// Anonymous returns the paths that were asked for without credentials.
func (s *Server) Anonymous() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *Server) serve(rw http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	// Every answer says what answers; clients may rely on it, as Renovate's do.
	rw.Header().Set("X-JFrog-Version", "Artifactory/7.98.0 79800900")
	user, password, _ := r.BasicAuth()
	known := user == User && password == Password
	if !known {
		s.asked = append(s.asked, r.URL.Path)
	}
	switch path := r.URL.Path; {
	case path == "/v2/":
		// With anonymous access on, the ping succeeds for everybody, so a client that waits for a
		// challenge never logs in and sees less ("docker login", JFrog's knowledge base).
		rw.WriteHeader(http.StatusOK)
	case strings.HasPrefix(path, "/v2/docker/"):
		s.docker(rw, r, strings.TrimPrefix(path, "/v2/docker/"), known)
	case !known:
		// hideUnauthorizedResources makes 404 of 403 (jfrog/terraform-provider-artifactory#1458).
		refuse(rw, http.StatusNotFound)
	case strings.HasPrefix(path, "/artifactory/api/storage/"):
		s.storage(rw, r, strings.TrimPrefix(path, "/artifactory/api/storage/"))
	case strings.HasPrefix(path, "/artifactory/api/helm/"):
		s.file(rw, strings.TrimPrefix(path, "/artifactory/api/helm/"))
	case strings.HasPrefix(path, "/artifactory/api/npm/"):
		s.file(rw, strings.TrimPrefix(path, "/artifactory/api/npm/"))
	case strings.HasPrefix(path, "/artifactory/api/pypi/"):
		s.file(rw, strings.TrimSuffix(strings.TrimPrefix(path, "/artifactory/api/pypi/"), "/"))
	case strings.HasPrefix(path, "/artifactory/"):
		s.page(rw, strings.TrimPrefix(path, "/artifactory/"))
	default:
		refuse(rw, http.StatusNotFound)
	}
}

func refuse(rw http.ResponseWriter, status int) {
	rw.Header().Set("Content-Type", "application/json")
	rw.WriteHeader(status)
	fmt.Fprintf(rw, `{"errors": [{"status": %d, "message": %q}]}`, status, http.StatusText(status))
}

// docker speaks the part of the distribution protocol that reads tags.
func (s *Server) docker(rw http.ResponseWriter, r *http.Request, path string, known bool) {
	image, list := strings.CutSuffix(path, "/tags/list")
	if !list {
		var tag string
		if image, tag, list = strings.Cut(path, "/manifests/"); !list {
			refuse(rw, http.StatusNotFound)
			return
		}
		s.manifest(rw, r, image, tag, known)
		return
	}
	var tags []string
	if known {
		for tag := range s.images[image] {
			tags = append(tags, tag)
		}
	}
	// A remote repository lists what it has in its cache, not what its registry has (renovate#20369).
	tags = append(tags, s.cached[image]...)
	if len(tags) == 0 {
		refuse(rw, http.StatusNotFound)
		return
	}
	slices.Sort(tags)
	tags = slices.Compact(tags)
	query := r.URL.Query()
	if last := query["last"]; len(last) > 0 {
		i, found := slices.BinarySearch(tags, last[len(last)-1])
		if found {
			i++
		}
		tags = tags[i:]
	}
	size := s.PageSize
	if n, err := strconv.Atoi(query.Get("n")); err == nil {
		size = min(size, n)
	}
	if len(tags) > size {
		tags = tags[:size]
		// The link leaves out the key of the virtual repository (renovate#20745), and
		// "last" is added to what was asked instead of replacing it (renovate#35917).
		raw := r.URL.RawQuery + "&last=" + url.QueryEscape(tags[size-1])
		rw.Header().Set("Link", fmt.Sprintf("</v2/%s/tags/list?%s>; rel=\"next\"", image, raw))
	}
	rw.Header().Set("Content-Type", "application/json")
	reply(rw, map[string]any{"name": image, "tags": tags})
}

// manifest answers with a manifest, and fetches it from the public registry if need be.
func (s *Server) manifest(rw http.ResponseWriter, r *http.Request, image, tag string, known bool) {
	_, local := s.images[image][tag]
	if !local || !known {
		if !slices.Contains(s.hub[image], tag) {
			refuse(rw, http.StatusNotFound)
			return
		}
		if !slices.Contains(s.cached[image], tag) {
			s.cached[image] = append(s.cached[image], tag)
		}
	}
	text := fmt.Sprintf(`{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "annotations": {"tag": %q}}`, image+":"+tag)
	sum := sha256.Sum256([]byte(text))
	rw.Header().Set("Content-Type", "application/vnd.oci.image.manifest.v1+json")
	rw.Header().Set("Docker-Content-Digest", "sha256:"+hex.EncodeToString(sum[:]))
	if r.Method != http.MethodHead {
		io.WriteString(rw, text)
	}
}

// storage is "File List" and "Item Properties" of JFrog's REST interface, whose numbers and booleans
// are texts.
func (s *Server) storage(rw http.ResponseWriter, r *http.Request, path string) {
	if _, ok := r.URL.Query()["properties"]; ok {
		for _, at := range s.below(path) {
			if p := s.files[at].properties; p != nil {
				reply(rw, map[string]any{"properties": p, "uri": s.URL + r.URL.Path})
				return
			}
		}
		refuse(rw, http.StatusNotFound) // "No properties could be found."
		return
	}
	type entry struct {
		URI          string `json:"uri"`
		Size         string `json:"size"`
		LastModified string `json:"lastModified"`
		Folder       string `json:"folder"`
	}
	var list []entry
	for _, name := range s.names(path) {
		list = append(list, entry{"/" + name, "-1", s.changed(path, name).Format("2006-01-02T15:04:05.000Z0700"), "true"})
	}
	if image, ok := strings.CutPrefix(path, "docker/"); ok {
		for tag, when := range s.images[image] {
			list = append(list, entry{"/" + tag, "-1", when.Format("2006-01-02T15:04:05.000Z0700"), "true"})
		}
	}
	if list == nil {
		refuse(rw, http.StatusNotFound)
		return
	}
	reply(rw, map[string]any{"uri": s.URL + r.URL.Path, "files": list})
}

// below returns the paths of the files in a folder and deeper.
func (s *Server) below(folder string) []string {
	var out []string
	for path := range s.files {
		if strings.HasPrefix(path, strings.TrimSuffix(folder, "/")+"/") {
			out = append(out, path)
		}
	}
	slices.Sort(out)
	return out
}

// names returns what is directly in a folder.
func (s *Server) names(folder string) []string {
	var out []string
	for _, path := range s.below(folder) {
		name, _, _ := strings.Cut(strings.TrimPrefix(path, strings.TrimSuffix(folder, "/")+"/"), "/")
		out = append(out, name)
	}
	return slices.Compact(out)
}

// changed returns when something in a folder was changed last.
func (s *Server) changed(folder, name string) time.Time {
	at := strings.TrimSuffix(folder, "/") + "/" + name
	last := s.files[at].changed
	for _, path := range s.below(at) {
		if t := s.files[path].changed; t.After(last) {
			last = t
		}
	}
	return last
}

// page is what a browser sees of a folder. Its dates have no zone (renovate#33645).
func (s *Server) page(rw http.ResponseWriter, path string) {
	names := s.names(path)
	if names == nil {
		s.file(rw, strings.TrimSuffix(path, "/"))
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<html><head><title>Index of %s</title></head><body><pre>Name  Last modified  Size</pre><hr/><pre><a href=\"../\">../</a>\n", path)
	for _, name := range names {
		fmt.Fprintf(&b, "<a href=\"%s/\">%s/</a>  %s    -\n", name, name, s.changed(path, name).Format("02-Jan-2006 15:04"))
	}
	b.WriteString("</pre><hr/><address>Artifactory</address></body></html>")
	rw.Header().Set("Content-Type", "text/html")
	rw.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	io.WriteString(rw, b.String())
}

func (s *Server) file(rw http.ResponseWriter, path string) {
	f, ok := s.files[path]
	if !ok {
		refuse(rw, http.StatusNotFound)
		return
	}
	rw.Header().Set("Content-Type", cmp.Or(http.DetectContentType([]byte(f.text)), "application/octet-stream"))
	if strings.HasPrefix(strings.TrimSpace(f.text), "{") {
		rw.Header().Set("Content-Type", "application/json")
	}
	rw.Header().Set("Content-Length", strconv.Itoa(len(f.text)))
	io.WriteString(rw, f.text)
}

func reply(rw http.ResponseWriter, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values always marshal
	}
	rw.Write(data)
}

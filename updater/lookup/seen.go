package lookup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/currant-bot/currant/datasources"
)

// Seen remembers when each release was first seen whose registry gives no date,
// so that an age can be asked of it all the same. It keeps one file a package in
// a folder and is safe for concurrent use, by several processes too: two that write at the same moment
// may date a release by the later of their looks, never by an earlier one.
type Seen struct {
	dir string
	now func() time.Time

	mu sync.Mutex
}

// NewSeen returns what is remembered in dir, which need not exist.
func NewSeen(dir string, now func() time.Time) *Seen { return &Seen{dir: dir, now: now} }

// sightings are what is remembered of a package: when it was first looked at, and
// the releases that were there then or came later.
type sightings struct {
	First  time.Time
	Known  []string             // releases that were there at First, in order
	Later  map[string]time.Time // releases that came later
	Told   map[string]time.Time // dates that the registry gave when it was asked about a release
	Held   []string             `json:",omitempty"` // what a registry that forgets listed last, in order
	Digest map[string]string    // what a release's name stood for; a name that moved is a new release
}

// date returns l with a date for each release that has none. What cannot be remembered
// is an error, and then no date may be made up: it would be another one in the next pass.
// ask asks the registry about one release, for a price; nil if it cannot be asked.
func (s *Seen) date(q datasources.Query, l *datasources.Listing, ask func(version string) time.Time) (*datasources.Listing, error) {
	if s == nil || l == nil || !slices.ContainsFunc(l.Releases, func(r datasources.Release) bool { return r.Published.IsZero() }) {
		return l, nil
	}
	name := s.file(q)
	told, err := s.tell(name, l.Releases, ask)
	if err != nil {
		return l, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	was, err := read(name)
	if err != nil {
		return l, err
	}
	dated := *l
	dated.Releases = slices.Clone(l.Releases)
	if was.note(dated.Releases, told, s.now().UTC().Truncate(time.Second)) {
		if err := write(name, was); err != nil {
			return l, err
		}
	}
	for i, r := range dated.Releases {
		if !r.Published.IsZero() {
			continue
		}
		if t, ok := was.Told[r.Version]; ok {
			dated.Releases[i].Published = t
			continue
		}
		dated.Releases[i].Published, dated.Releases[i].Seen = was.first(r.Version), true
	}
	return &dated, nil
}

// asked is how many releases of a package that was never looked at before the registry is asked about: the last
// of its list, which are the newest where lists are in order.
const asked = 5

// tell asks the registry about releases that were not seen before.
func (s *Seen) tell(name string, releases []datasources.Release, ask func(string) time.Time) (map[string]time.Time, error) {
	if ask == nil {
		return nil, nil
	}
	s.mu.Lock()
	was, err := read(name)
	s.mu.Unlock()
	if err != nil {
		return nil, err
	}
	var fresh []string
	for _, r := range releases {
		if r.Published.IsZero() && !was.knows(r.Version) {
			fresh = append(fresh, r.Version)
		}
	}
	if len(fresh) > asked && was.First.IsZero() {
		fresh = fresh[len(fresh)-asked:]
	}
	told := make(map[string]time.Time)
	for _, version := range fresh {
		if t := ask(version); !t.IsZero() {
			told[version] = t
		}
	}
	return told, nil
}

// knows reports whether a release was seen before.
func (s *sightings) knows(version string) bool {
	_, known := slices.BinarySearch(s.Known, version)
	_, later := s.Later[version]
	return known || later
}

// note adds what of releases is new, and reports whether something is.
func (s *sightings) note(releases []datasources.Release, told map[string]time.Time, now time.Time) bool {
	begin := s.First.IsZero()
	if begin {
		*s = sightings{First: now, Later: make(map[string]time.Time), Digest: make(map[string]string)}
	}
	changed := begin
	for _, r := range releases {
		if !r.Published.IsZero() {
			continue
		}
		moved := r.Digest != "" && s.Digest[r.Version] != "" && s.Digest[r.Version] != r.Digest
		switch {
		case begin:
			s.Known = append(s.Known, r.Version)
		case moved || !s.knows(r.Version):
			s.Later[r.Version] = now
			changed = true
		}
		if t, ok := told[r.Version]; ok {
			if s.Told == nil {
				s.Told = make(map[string]time.Time)
			}
			s.Told[r.Version] = t
		}
		if r.Digest != "" && s.Digest[r.Version] != r.Digest {
			s.Digest[r.Version] = r.Digest
			changed = true
		}
	}
	if begin {
		slices.Sort(s.Known)
	}
	return changed
}

func (s *sightings) first(version string) time.Time {
	if t, ok := s.Later[version]; ok {
		return t
	}
	return s.First
}

// file names no registry or package in the clear: a registry's URL may hold a secret.
func (s *Seen) file(q datasources.Query) string {
	sum := sha256.Sum256([]byte(q.Datasource + "\x00" + q.Registry + "\x00" + q.Package))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:1]), hex.EncodeToString(sum[1:16])+".json")
}

// read returns the zero sightings for a file that is not there. One that cannot be
// read is an error: to begin anew would make every release young again.
func read(name string) (sightings, error) {
	data, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return sightings{}, nil
	}
	var s sightings
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err == nil && (s.First.IsZero() || s.Later == nil || s.Digest == nil) {
		err = errors.New("it is incomplete")
	}
	if err != nil {
		return s, fmt.Errorf("reading when releases were first seen: %w (delete %s to begin anew)", err, name)
	}
	return s, nil
}

// write leaves the old file or the new one, whatever happens.
func write(name string, s sightings) error {
	data, err := json.Marshal(s)
	if err != nil {
		return err
	}
	dir := filepath.Dir(name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("remembering when releases were first seen: %w", err)
	}
	f, err := os.CreateTemp(dir, "new-*")
	if err != nil {
		return fmt.Errorf("remembering when releases were first seen: %w", err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("remembering when releases were first seen: %w", err), os.Remove(f.Name()))
	}
	return nil
}

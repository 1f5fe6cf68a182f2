package advisories

import (
	"archive/zip"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/currant-bot/currant/datasources"
	"github.com/currant-bot/currant/updater/plan"
)

// Bounds of what a mirror may answer: npm's dump had about 200 MB in 2026.
const (
	maxDump   = 2 << 30
	maxRecord = 8 << 20
)

// A dump is the records of an ecosystem, in a file that only this process sees.
type dump struct {
	file   *os.File
	byName map[string][]*zip.File
	bad    error // what is wrong with a record, which is left out
	err    error // why there is nothing
}

// dumped finds records in the dumps of their ecosystems.
func (o *OSV) dumped(ctx context.Context, names []name) (map[name][]record, error) {
	out := make(map[name][]record)
	var errs []error
	failed := make(map[string]bool)
	for _, n := range names {
		d, err := o.dumps.Do(ctx, n.Ecosystem, func(ctx context.Context) *dump { return o.fetch(ctx, n.Ecosystem) })
		if err == nil {
			err = cmp.Or(d.err, d.bad)
		}
		if err != nil && !failed[n.Ecosystem] {
			failed[n.Ecosystem] = true
			errs = append(errs, err)
		}
		if d == nil {
			continue // given up
		}
		for _, f := range d.byName[normal(n)] {
			r, err := read(f)
			if err != nil {
				errs = append(errs, fmt.Errorf("reading %s of %s: %w", f.Name, n.Ecosystem, err))
				continue
			}
			out[n] = append(out[n], r)
		}
		sortRecords(out[n])
	}
	return out, errors.Join(errs...)
}

// normal is the one spelling of a name.
func normal(n name) string {
	for datasource, e := range osvEcosystems {
		if e == n.Ecosystem {
			return plan.PackageKey(datasource, n.Name).Name
		}
	}
	return n.Name
}

// fetch reads an ecosystem's dump.
func (o *OSV) fetch(ctx context.Context, ecosystem string) *dump {
	address := o.base + "/" + ecosystem + "/all.zip"
	d := &dump{byName: make(map[string][]*zip.File)}
	d.err = o.fill(ctx, d, ecosystem, address)
	if d.err != nil {
		d.err = fmt.Errorf("reading %s: %w", datasources.Redact(address), d.err)
	}
	return d
}

func (o *OSV) fill(ctx context.Context, d *dump, ecosystem, address string) error {
	terms := osvTerms
	terms.BodyLimit = maxDump
	resp, err := o.env.Get(ctx, address, "", terms)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if d.file, err = os.CreateTemp(o.dir, "osv-*.zip"); err != nil {
		return err
	}
	o.opened(d.file)
	_ = os.Remove(d.file.Name()) // it stays readable; where it does not vanish, Close removes it
	size, err := io.Copy(d.file, resp.Body)
	if err != nil {
		return datasources.CutShort(err)
	}
	archive, err := zip.NewReader(d.file, size)
	if err != nil {
		return err
	}
	for _, f := range archive.File {
		r, err := read(f)
		if err != nil {
			d.bad = fmt.Errorf("%s of %s: %w", f.Name, datasources.Redact(address), err)
			continue
		}
		seen := ""
		for _, x := range r.Affected {
			if n := (name{ecosystem, x.Package.Name}); x.about(n) && normal(n) != seen {
				seen = normal(n)
				d.byName[seen] = append(d.byName[seen], f)
			}
		}
	}
	return nil
}

func read(f *zip.File) (r record, err error) {
	if f.UncompressedSize64 > maxRecord {
		return r, errors.New("it is too long")
	}
	in, err := f.Open()
	if err != nil {
		return r, err
	}
	defer in.Close()
	return r, json.NewDecoder(io.LimitReader(in, maxRecord)).Decode(&r)
}

// opened notes a file for Close.
func (o *OSV) opened(f *os.File) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.files = append(o.files, f)
}

// Close lets go of the files of dumps. Nothing may be asked after it.
func (o *OSV) Close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range o.files {
		_ = f.Close() // it was only read
		_ = os.Remove(f.Name())
	}
	o.files = nil
}

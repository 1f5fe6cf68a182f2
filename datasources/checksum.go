package datasources

import (
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
	"strings"
)

// A Hasher is a Datasource that knows the hashes of what is downloaded of a version.
type Hasher interface {
	// Hashes returns SHA-256 hashes in hexadecimal, in order: of the file with an address, or
	// of all files of version if file is "*". The error is [ErrNotFound] if there is no such version or file.
	Hashes(ctx context.Context, q Query, version, file string) ([]string, error)
}

// maxFile bounds what is downloaded to be hashed.
const maxFile = 256 << 20

var hexadecimal = regexp.MustCompile(`^[0-9a-fA-F]+$`)

// SHA256 returns the hash of the file at url. It is what is published beside the file, as url.sha256; where there is
// none, it is made of the file itself, once that has a hash of another kind that is published: a
// file that nothing vouches for is an error.
func (e Env) SHA256(ctx context.Context, url string, t Terms) (string, error) {
	sum, err := e.published(ctx, url+".sha256", sha256.Size, t)
	if !errors.Is(err, ErrNotFound) {
		return sum, err
	}
	for _, kind := range []struct {
		ext  string
		size int
		make func() hash.Hash
	}{{".sha512", sha512.Size, sha512.New}, {".sha1", sha1.Size, sha1.New}} {
		want, err := e.published(ctx, url+kind.ext, kind.size, t)
		if errors.Is(err, ErrNotFound) {
			continue
		} else if err != nil {
			return "", err
		}
		got, other := sha256.New(), kind.make()
		if err := e.download(ctx, url, t, io.MultiWriter(got, other)); err != nil {
			return "", err
		}
		if hex.EncodeToString(other.Sum(nil)) != want {
			return "", fmt.Errorf("%s is not what its %s says", Redact(url), kind.ext)
		}
		return hex.EncodeToString(got.Sum(nil)), nil
	}
	return "", fmt.Errorf("asking for the checksum of %s: %w", Redact(url), ErrNotFound)
}

// published reads a file with a hash of so many bytes, maybe with the file's name behind it.
func (e Env) published(ctx context.Context, url string, size int, t Terms) (string, error) {
	resp, err := e.Get(ctx, url, "", t)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 4<<10))
	if err != nil {
		return "", CutShort(Clean(err))
	}
	word, _, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	if word = strings.ToLower(word); len(word) != 2*size || !hexadecimal.MatchString(word) {
		return "", fmt.Errorf("%s is no checksum", Redact(url))
	}
	return word, nil
}

func (e Env) download(ctx context.Context, url string, t Terms, to io.Writer) error {
	t.BodyLimit = maxFile
	resp, err := e.Get(ctx, url, "", t)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(to, resp.Body); err != nil {
		return fmt.Errorf("reading %s: %w", Redact(url), CutShort(Clean(err)))
	}
	return nil
}

// Package act is the stage that carries out actions on a code host, and keeps
// a log of them.
package act

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A Record is one line of the log. Every action has a record before it is
// begun and one after it ended.
type Record struct {
	Time    time.Time `json:"time"`
	Run     string    `json:"run"`
	Repo    string    `json:"repo"`
	Key     string    `json:"key"` // of the intent
	Kind    string    `json:"kind"`
	Branch  string    `json:"branch,omitempty"`
	Phase   Phase     `json:"phase"`
	Head    string    `json:"head,omitempty"`   // the commit that was expected, or that came out
	Number  int       `json:"number,omitempty"` // of the pull request
	Reasons []string  `json:"reasons,omitempty"`
	Error   string    `json:"error,omitempty"`
}

// A Phase is how far an action got.
type Phase string

const (
	Begun   Phase = "begun"
	Done    Phase = "done"
	Refused Phase = "refused" // the host was not as expected: nothing was changed
	Failed  Phase = "failed"
)

// A Log is an append-only file with one JSON object a line. It is safe for concurrent use by
// one process.
type Log struct {
	mu   sync.Mutex
	file *os.File
	path string
}

// OpenLog opens the log in a folder, making both if needed. A last line that a
// crash cut short is closed off, and never removed.
func OpenLog(dir string) (*Log, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("making the state folder: %w", err)
	}
	path := filepath.Join(dir, "actions.jsonl")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the action log: %w", err)
	}
	l := &Log{file: f, path: path}
	if err := l.closeOff(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return l, nil
}

// closeOff ends a last line without line break.
func (l *Log) closeOff() error {
	info, err := l.file.Stat()
	if err != nil || info.Size() == 0 {
		return err
	}
	last := make([]byte, 1)
	if _, err := l.file.ReadAt(last, info.Size()-1); err != nil {
		return fmt.Errorf("reading the action log: %w", err)
	}
	if last[0] != '\n' {
		_, err = l.file.Write([]byte("\n"))
	}
	return err
}

// Append writes r and waits until it is on disk.
func (l *Log) Append(r Record) error {
	data, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("writing the action log: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.file.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("writing the action log: %w", err)
	}
	if err := l.file.Sync(); err != nil {
		return fmt.Errorf("writing the action log: %w", err)
	}
	return nil
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }

// Read returns the records of the log in a folder, oldest first. Lines that a
// crash cut short are left out. No log is an empty one.
func Read(dir string) ([]Record, error) {
	f, err := os.Open(filepath.Join(dir, "actions.jsonl"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the action log: %w", err)
	}
	defer f.Close()
	var out []Record
	in := bufio.NewReader(f)
	for {
		line, err := in.ReadBytes('\n')
		var r Record
		if json.Unmarshal(line, &r) == nil && r.Key != "" {
			out = append(out, r)
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading the action log: %w", err)
		}
	}
}

package cache

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
)

// Load returns a text that [Disk.Save] stored.
func (d *Disk) Load(key string) (text []byte, ok bool) {
	_, body, err := d.Get(textKey(key))
	if err != nil {
		return nil, false
	}
	defer body.Close()
	text, err = io.ReadAll(body)
	return text, err == nil
}

// Save stores a text that never changes. A failure stores nothing.
func (d *Disk) Save(key string, text []byte) {
	w, err := d.Create(textKey(key))
	if err != nil {
		return
	}
	if _, err := w.Write(text); err != nil {
		w.Abort()
		return
	}
	w.Commit(Entry{})
}

func textKey(key string) string {
	sum := sha256.Sum256([]byte("text\x00" + key))
	return hex.EncodeToString(sum[:])
}

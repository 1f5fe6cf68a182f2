// Package sealed defines the values in a configuration that only the operator can read: OpenPGP messages to the
// operator's key, in the form that Renovate's encrypted values have.
package sealed

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Keys are private keys of an operator. They print as "[secret]".
type Keys struct{ list []openpgp.EntityList }

func (Keys) String() string   { return "[secret]" }
func (Keys) GoString() string { return "[secret]" }

// indented is what a private key gets in YAML.
var indented = regexp.MustCompile(`\n[ \t]+`)

// Read returns the private keys in texts, in ASCII armor and without a passphrase; they are tried in this order. An empty text is
// none. The error does not show what is in them.
func Read(texts ...string) (Keys, error) {
	var out Keys
	for _, text := range texts {
		if strings.TrimSpace(text) == "" {
			continue
		}
		list, err := openpgp.ReadArmoredKeyRing(strings.NewReader(indented.ReplaceAllString(text, "\n")))
		if err != nil {
			return Keys{}, fmt.Errorf("it is no OpenPGP key in ASCII armor: %w", err)
		}
		for _, e := range list {
			switch {
			case e.PrivateKey == nil:
				return Keys{}, errors.New("it is a public key: the private one is needed")
			case e.PrivateKey.Encrypted:
				return Keys{}, errors.New("it has a passphrase: export it without one")
			}
		}
		out.list = append(out.list, list)
	}
	return out, nil
}

// None reports whether there is no key.
func (k Keys) None() bool { return len(k.list) == 0 }

// maxText bounds what a message may hold.
const maxText = int64(1 << 20)

// Open returns what is in a message: in ASCII armor, or the base64 in it alone. The error does not show the message.
func (k Keys) Open(message string) (string, error) {
	data, err := binary(message)
	if err != nil {
		return "", err
	}
	limit := maxText
	var last error
	for _, keys := range k.list {
		m, err := openpgp.ReadMessage(bytes.NewReader(data), keys, nil, &packet.Config{MaxDecompressedMessageSize: &limit})
		if err != nil {
			last = err
			continue
		}
		text, err := io.ReadAll(io.LimitReader(m.UnverifiedBody, maxText+1))
		switch {
		case err != nil: // also if it was changed on its way
			return "", fmt.Errorf("it is damaged: %w", err)
		case int64(len(text)) > maxText:
			return "", errors.New("what is in it is too long")
		case !m.IsEncrypted:
			return "", errors.New("it is not encrypted")
		}
		return string(text), nil
	}
	if last == nil {
		last = errors.New("there is no key")
	}
	return "", fmt.Errorf("it cannot be opened: %w", last)
}

var (
	frame    = regexp.MustCompile(`-----(BEGIN|END) PGP MESSAGE-----`)
	header   = regexp.MustCompile(`(?m)^[A-Za-z]+: .*$`)
	checksum = regexp.MustCompile(`=[A-Za-z0-9+/]{4}$`)
)

// binary returns the packets of a message.
func binary(message string) ([]byte, error) {
	text := header.ReplaceAllString(frame.ReplaceAllString(message, ""), "")
	text = strings.Join(strings.Fields(text), "")
	text = strings.TrimRight(checksum.ReplaceAllString(text, ""), "=")
	data, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(data) == 0 {
		return nil, errors.New("it is no OpenPGP message: values that were encrypted in another way must be encrypted again")
	}
	return data, nil
}

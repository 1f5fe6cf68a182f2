package gitrepo

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// A Signer signs commits, by OpenPGP or, as git does it too, by SSH. It is safe for concurrent use.
type Signer struct {
	sign   func(message []byte, now time.Time) (string, error)
	Public string // the key's name for people: its fingerprint
}

// NewSigner returns the signer with a private key: an armoured OpenPGP key, or an SSH key as ssh-keygen makes it.
// No error holds anything of the key.
func NewSigner(key, passphrase string) (*Signer, error) {
	key = strings.TrimSpace(strings.ReplaceAll(key, "\r\n", "\n")) + "\n"
	if strings.HasPrefix(key, "-----BEGIN PGP PRIVATE KEY BLOCK-----") {
		return newPGP(key, passphrase)
	}
	return newSSH(key, passphrase)
}

func newPGP(key, passphrase string) (*Signer, error) {
	ring, err := openpgp.ReadArmoredKeyRing(strings.NewReader(key))
	if err != nil || len(ring) != 1 {
		return nil, errors.New("the OpenPGP key for commits cannot be read: it must be one private key, as gpg --export-secret-keys --armor writes it, whole")
	}
	entity := ring[0]
	if entity.PrivateKey == nil {
		return nil, errors.New("the OpenPGP key for commits is a public one: its private key is needed")
	}
	if err := entity.DecryptPrivateKeys([]byte(passphrase)); err != nil {
		return nil, errors.New("the OpenPGP key for commits cannot be opened with its passphrase")
	}
	s := &Signer{Public: fmt.Sprintf("OpenPGP %X", entity.PrimaryKey.Fingerprint)}
	s.sign = func(message []byte, now time.Time) (string, error) {
		var out bytes.Buffer
		// The clock is the machine's, not the commit's: a signature from before its key was made counts for nothing.
		err := openpgp.ArmoredDetachSign(&out, entity, bytes.NewReader(message), &packet.Config{Time: func() time.Time { return now }})
		if err != nil {
			return "", fmt.Errorf("signing with the key %s: %w", s.Public, err)
		}
		return out.String() + "\n", nil
	}
	if _, err := s.sign(nil, time.Now()); err != nil { // expired, or not made for signing
		return nil, err
	}
	return s, nil
}

func newSSH(key, passphrase string) (*Signer, error) {
	private, err := ssh.ParsePrivateKey([]byte(key))
	var locked *ssh.PassphraseMissingError
	if errors.As(err, &locked) {
		if passphrase == "" {
			return nil, errors.New("the SSH key for commits needs a passphrase")
		}
		private, err = ssh.ParsePrivateKeyWithPassphrase([]byte(key), []byte(passphrase))
		if err != nil {
			return nil, errors.New("the SSH key for commits cannot be opened with its passphrase")
		}
	}
	if err != nil {
		return nil, errors.New("the key for commits cannot be read: it must be an armoured OpenPGP private key, or an SSH private key as ssh-keygen writes it, whole")
	}
	s := &Signer{Public: "SSH " + ssh.FingerprintSHA256(private.PublicKey())}
	s.sign = func(message []byte, _ time.Time) (string, error) {
		made, err := sshsig.Sign(bytes.NewReader(message), private, sshsig.HashSHA512, "git")
		if err != nil {
			return "", fmt.Errorf("signing with the key %s: %w", s.Public, err)
		}
		return string(sshsig.Armor(made)), nil
	}
	return s, nil
}

// seal signs c; nil leaves it as it is.
func (s *Signer) seal(c *object.Commit) error {
	if s == nil {
		return nil
	}
	plain := &plumbing.MemoryObject{}
	if err := c.EncodeWithoutSignature(plain); err != nil {
		return err
	}
	r, err := plain.Reader()
	if err != nil {
		return err
	}
	defer r.Close()
	var text bytes.Buffer
	if _, err := text.ReadFrom(r); err != nil {
		return err
	}
	c.PGPSignature, err = s.sign(text.Bytes(), time.Now())
	return err
}

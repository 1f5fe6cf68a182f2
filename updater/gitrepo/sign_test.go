package gitrepo

import (
	"bytes"
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"

	"github.com/currant-bot/currant/updater/platform"
)

const phrase = "open sesame"

func pgpKey(t *testing.T, passphrase string) (entity *openpgp.Entity, text string) {
	t.Helper()
	entity, err := openpgp.NewEntity("Currant", "", "currant@example.test", nil)
	must(t, err)
	public := entity
	if passphrase != "" {
		must(t, entity.EncryptPrivateKeys([]byte(passphrase), nil))
	}
	var out bytes.Buffer
	w, err := armor.Encode(&out, openpgp.PrivateKeyType, nil)
	must(t, err)
	if passphrase != "" {
		must(t, entity.SerializePrivateWithoutSigning(w, nil))
	} else {
		must(t, entity.SerializePrivate(w, nil))
	}
	must(t, w.Close())
	return public, out.String()
}

func sshKey(t *testing.T, private crypto.PrivateKey, passphrase string) string {
	t.Helper()
	var block *pem.Block
	var err error
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(private, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(private, "", []byte(passphrase))
	}
	must(t, err)
	return string(pem.EncodeToMemory(block))
}

// signed pushes a commit into a repository of its own and returns it, and the repository.
func signed(t *testing.T, key, passphrase string) (*object.Commit, string) {
	t.Helper()
	s, err := NewSigner(key, passphrase)
	must(t, err)
	dir := t.TempDir()
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"-c", "user.name=a", "-c", "user.email=a@example.test", "commit", "-q", "--allow-empty", "-m", "Begin"}} {
		out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("%s", out)
		}
	}
	l, err := OpenLocal(dir)
	must(t, err)
	l.Signer = s
	refs, err := l.Refs()
	must(t, err)
	b := platform.Branch{Name: "x", Base: refs.Heads["main"], Message: "Sign this\n\nNow", Changes: platform.Changeset{"a": {Text: "b"}}}
	heads, err := l.Push(t.Context(), platform.Account{Name: "Currant", Email: "currant@example.test"}, time.Now(), []platform.Branch{b})
	must(t, err)
	c, err := l.objs.commit(plumbing.NewHash(heads[0]))
	must(t, err)
	if again, err := l.Push(t.Context(), platform.Account{Name: "Currant", Email: "currant@example.test"}, time.Now(), []platform.Branch{b}); err != nil || again[0] != heads[0] {
		t.Errorf("pushed again it is %v, %v", again, err)
	}
	return c, dir
}

// content is what a commit's signature is about.
func content(t *testing.T, c *object.Commit) []byte {
	t.Helper()
	o := &plumbing.MemoryObject{}
	must(t, c.EncodeWithoutSignature(o))
	r, err := o.Reader()
	must(t, err)
	var out bytes.Buffer
	_, err = out.ReadFrom(r)
	must(t, err)
	return out.Bytes()
}

// verify lets git itself verify a commit, where it can.
func verify(t *testing.T, dir, tool string, c *object.Commit, env []string, config ...string) {
	t.Helper()
	if _, err := exec.LookPath(tool); err != nil {
		t.Logf("git cannot verify it: there is no %s", tool)
		return
	}
	args := []string{"-C", dir}
	for _, kv := range config {
		args = append(args, "-c", kv)
	}
	cmd := exec.Command("git", append(args, "verify-commit", c.Hash.String())...)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("git does not verify it: %v\n%s", err, out)
	}
}

func TestSignByOpenPGP(t *testing.T) {
	for _, passphrase := range []string{"", phrase} {
		entity, key := pgpKey(t, passphrase)
		c, dir := signed(t, key, passphrase)
		if _, err := openpgp.CheckArmoredDetachedSignature(openpgp.EntityList{entity}, bytes.NewReader(content(t, c)), strings.NewReader(c.PGPSignature), nil); err != nil {
			t.Errorf("with passphrase %q: %v\n%s", passphrase, err, c.PGPSignature)
		}
		if _, err := exec.LookPath("gpg"); err != nil {
			continue
		}
		home, err := os.MkdirTemp("", "gpg") // its sockets have short names only
		must(t, err)
		t.Cleanup(func() {
			kill := exec.Command("gpgconf", "--kill", "all")
			kill.Env = append(os.Environ(), "GNUPGHOME="+home)
			_ = kill.Run() // it may not have been started
			os.RemoveAll(home)
		})
		must(t, os.Chmod(home, 0o700))
		var public bytes.Buffer
		must(t, entity.Serialize(&public))
		load := exec.Command("gpg", "--batch", "--import")
		load.Env, load.Stdin = append(os.Environ(), "GNUPGHOME="+home), &public
		if out, err := load.CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
		verify(t, dir, "gpg", c, []string{"GNUPGHOME=" + home})
	}
}

func TestSignBySSH(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	for name, private := range map[string]crypto.Signer{"ed25519": ed, "rsa": rs} {
		for _, passphrase := range []string{"", phrase} {
			c, dir := signed(t, sshKey(t, private, passphrase), passphrase)
			public, err := ssh.NewPublicKey(private.Public())
			must(t, err)
			sig, err := sshsig.Unarmor([]byte(c.PGPSignature))
			must(t, err)
			if err := sshsig.Verify(bytes.NewReader(content(t, c)), sig, public, sshsig.HashSHA512, "git"); err != nil {
				t.Errorf("%s with passphrase %q: %v", name, passphrase, err)
			}
			allowed := filepath.Join(t.TempDir(), "allowed")
			must(t, os.WriteFile(allowed, append([]byte("currant@example.test "), ssh.MarshalAuthorizedKey(public)...), 0o600))
			verify(t, dir, "ssh-keygen", c, nil, "gpg.ssh.allowedSignersFile="+allowed)
		}
	}
}

// A key that is no use is found out at once, and no message shows anything of it.
func TestKeysThatCannotSign(t *testing.T) {
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	_, locked := pgpKey(t, phrase)
	for name, tc := range map[string]struct{ key, passphrase, want string }{
		"nothing":                        {"", "", "cannot be read"},
		"text":                           {"s3cret-key", "", "cannot be read"},
		"an OpenPGP key cut short":       {"-----BEGIN PGP PRIVATE KEY BLOCK-----\n\ns3cret\n", "", "cannot be read"},
		"a wrong passphrase for OpenPGP": {locked, "s3cret", "cannot be opened"},
		"no passphrase for SSH":          {sshKey(t, ed, phrase), "", "needs a passphrase"},
		"a wrong passphrase for SSH":     {sshKey(t, ed, phrase), "s3cret", "cannot be opened"},
	} {
		_, err := NewSigner(tc.key, tc.passphrase)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

package gitrepo

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/currant-bot/currant/updater/platform"
)

// newKey returns a key pair and the private key in PEM.
func newKey(t *testing.T) (ssh.Signer, []byte) {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(private, "test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer, pem.EncodeToMemory(block)
}

// serveSSH lets who holds key run git's two commands, and writes a known_hosts file for itself.
func serveSSH(t *testing.T, key ssh.PublicKey) (addr string) {
	t.Helper()
	host, _ := newKey(t)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, offered ssh.PublicKey) (*ssh.Permissions, error) {
		if !bytes.Equal(offered.Marshal(), key.Marshal()) {
			return nil, errors.New("unknown key")
		}
		return nil, nil
	}}
	config.AddHostKey(host)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	known := filepath.Join(t.TempDir(), "known_hosts")
	line := knownhosts.Line([]string{l.Addr().String()}, host.PublicKey())
	if err := os.WriteFile(known, []byte(line+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSH_KNOWN_HOSTS", known)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go serveSSHConn(conn, config)
		}
	}()
	return l.Addr().String()
}

func serveSSHConn(conn net.Conn, config *ssh.ServerConfig) {
	defer conn.Close()
	_, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for c := range channels {
		channel, requests, err := c.Accept()
		if err != nil {
			return
		}
		for req := range requests {
			if req.Type != "exec" {
				req.Reply(false, nil)
				continue
			}
			req.Reply(true, nil)
			command, path, _ := strings.Cut(string(req.Payload[4:]), " ")
			cmd := exec.Command("git", strings.TrimPrefix(command, "git-"), strings.Trim(path, "'"))
			cmd.Stdin, cmd.Stdout, cmd.Stderr = channel, channel, channel.Stderr()
			status := uint32(0)
			if err := cmd.Run(); err != nil {
				status = 128
			}
			channel.SendRequest("exit-status", false, ssh.Marshal(struct{ Status uint32 }{status}))
			channel.Close()
		}
	}
}

func TestSSH(t *testing.T) {
	r := newRemote(t, map[string]string{"a": "1"})
	signer, key := newKey(t)
	addr := serveSSH(t, signer.PublicKey())
	with := func(key []byte) Options {
		return Options{Credentials: func(context.Context, string) (Credential, error) { return Credential{Key: key}, nil }}
	}
	url := fmt.Sprintf("ssh://git@%s%s", addr, r.bare)
	m := fetched(t, url, with(key))
	if got, err := fs.ReadFile(snapshot(t, m, "").FS, "a"); string(got) != "1" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	heads, err := m.Push(t.Context(), bot, at, []platform.Branch{branch("x", r.head("main"), "", "2")})
	if err != nil || heads[0] != r.head("x") {
		t.Errorf("%v, %v", heads, err)
	}
	if changed, err := m.Fetch(t.Context()); !changed || err != nil {
		t.Errorf("%v, %v", changed, err)
	}
	_, wrong := newKey(t)
	m2, err := NewMirrors(t.TempDir(), with(wrong)).Mirror(url)
	if err != nil {
		t.Fatal(err)
	}
	var auth *platform.AuthError
	if _, err := m2.Fetch(t.Context()); !errors.As(err, &auth) {
		t.Errorf("the wrong key: %v", err)
	}
	t.Setenv("SSH_KNOWN_HOSTS", "/dev/null")
	m3, _ := NewMirrors(t.TempDir(), with(key)).Mirror(url)
	if _, err := m3.Fetch(t.Context()); err == nil || !strings.Contains(err.Error(), "host key") {
		t.Errorf("an unknown host: %v", err)
	}
	m4, _ := NewMirrors(t.TempDir(), with([]byte("rubbish"))).Mirror(url)
	if _, err := m4.Fetch(t.Context()); err == nil || strings.Contains(err.Error(), "rubbish") {
		t.Errorf("no key: %v", err)
	}
}

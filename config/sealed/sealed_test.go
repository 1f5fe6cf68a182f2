package sealed

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

func entity(t testing.TB, algorithm packet.PublicKeyAlgorithm) *openpgp.Entity {
	t.Helper()
	e, err := openpgp.NewEntity("operator", "", "operator@example.test", &packet.Config{Algorithm: algorithm})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func armored(t testing.TB, kind string, data []byte) string {
	t.Helper()
	var b bytes.Buffer
	w, err := armor.Encode(&b, kind, map[string]string{"Comment": "made by a test"})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(data) // to memory
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func private(t testing.TB, e *openpgp.Entity) string {
	t.Helper()
	var b bytes.Buffer
	if err := e.SerializePrivate(&b, nil); err != nil {
		t.Fatal(err)
	}
	return armored(t, openpgp.PrivateKeyType, b.Bytes())
}

func seal(t testing.TB, text string, c *packet.Config, to ...*openpgp.Entity) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := openpgp.EncryptText(&b, to, nil, nil, c)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write([]byte(text)) // to memory
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOpen(t *testing.T) {
	const elliptic = packet.PubKeyAlgoEdDSA
	old, now, other := entity(t, elliptic), entity(t, packet.PubKeyAlgoRSA), entity(t, elliptic)
	keys, err := Read(private(t, now), "", strings.ReplaceAll(private(t, old), "\n", "\n    "))
	if err != nil {
		t.Fatal(err)
	}
	data := seal(t, "a text", nil, now)
	whole := armored(t, "PGP MESSAGE", data)
	base := base64.StdEncoding.EncodeToString(data)
	for name, message := range map[string]string{
		"in armor":               whole,
		"in armor, one line":     strings.ReplaceAll(whole[strings.Index(whole, "\n\n"):], "\n", ""),
		"without armor":          base,
		"without padding":        strings.TrimRight(base, "="),
		"in lines":               base[:60] + "\r\n" + base[60:] + "\n",
		"with a checksum":        base + "\n=AbC1\n",
		"for the older key":      armored(t, "PGP MESSAGE", seal(t, "a text", nil, old)),
		"for several":            armored(t, "PGP MESSAGE", seal(t, "a text", nil, other, old)),
		"compressed":             armored(t, "PGP MESSAGE", seal(t, "a text", &packet.Config{DefaultCompressionAlgo: packet.CompressionZLIB}, now)),
		"with a stronger cipher": armored(t, "PGP MESSAGE", seal(t, "a text", &packet.Config{DefaultCipher: packet.CipherAES256}, now)),
	} {
		if got, err := keys.Open(message); got != "a text" || err != nil {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	broken := bytes.Clone(data)
	broken[len(broken)-3] ^= 1
	var plain bytes.Buffer
	w, err := packet.SerializeLiteral(struct {
		*bytes.Buffer
		closer
	}{&plain, closer{}}, false, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(w, "a text")
	w.Close()
	for message, want := range map[string]string{
		"":                 "no OpenPGP message",
		"hunter2 hunter2!": "no OpenPGP message",
		"aHVudGVyMg==":     "cannot be opened",
		armored(t, "PGP MESSAGE", seal(t, "a text", nil, other)): "cannot be opened",
		base64.StdEncoding.EncodeToString(broken):                "damaged",
		base64.StdEncoding.EncodeToString(data[:len(data)/2]):    "",
		base64.StdEncoding.EncodeToString(plain.Bytes()):         "not encrypted",
		armored(t, "PGP MESSAGE", seal(t, strings.Repeat("x", 3<<20), &packet.Config{DefaultCompressionAlgo: packet.CompressionZLIB}, now)): "",
	} {
		got, err := keys.Open(message)
		if err == nil || !strings.Contains(err.Error(), want) || got != "" {
			t.Errorf("%.60q: %q, %v; want %q", message, got, err, want)
		}
	}
}

type closer struct{}

func (closer) Close() error { return nil }

func TestRead(t *testing.T) {
	e := entity(t, packet.PubKeyAlgoEdDSA)
	var public bytes.Buffer
	if err := e.Serialize(&public); err != nil {
		t.Fatal(err)
	}
	text := private(t, e)
	locked := entity(t, packet.PubKeyAlgoEdDSA)
	if err := locked.EncryptPrivateKeys([]byte("hunter2"), nil); err != nil {
		t.Fatal(err)
	}
	var shut bytes.Buffer
	if err := locked.SerializePrivateWithoutSigning(&shut, nil); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"hunter2": "no OpenPGP key",
		"-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----": "no OpenPGP key",
		armored(t, openpgp.PublicKeyType, public.Bytes()):                      "a public key",
		armored(t, openpgp.PrivateKeyType, shut.Bytes()):                       "a passphrase",
	} {
		if _, err := Read(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
	keys, err := Read(text)
	if err != nil || keys.None() || fmt.Sprint(keys) != "[secret]" || fmt.Sprintf("%#v", keys) != "[secret]" {
		t.Errorf("%v, %v", keys, err)
	}
	if keys, err := Read("", " \n"); err != nil || !keys.None() {
		t.Errorf("no key: %v, %v", keys, err)
	}
}

// Whatever stands in a configuration, opening it ends, and an error shows nothing of it.
func FuzzOpen(f *testing.F) {
	e := entity(f, packet.PubKeyAlgoEdDSA)
	keys, err := Read(private(f, e))
	if err != nil {
		f.Fatal(err)
	}
	data := seal(f, `{"o": "acme", "v": "x"}`, nil, e)
	f.Add(armored(f, "PGP MESSAGE", data))
	f.Add(base64.StdEncoding.EncodeToString(data))
	f.Add("aHVudGVyMg==")
	f.Fuzz(func(t *testing.T, message string) {
		text, err := keys.Open(message)
		if int64(len(text)) > maxText || err != nil && text != "" {
			t.Errorf("%d bytes, %v", len(text), err)
		}
	})
}

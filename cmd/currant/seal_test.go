package main

import (
	"bytes"
	"fmt"
	"os"
	"regexp"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/rogpeppe/go-internal/testscript"
)

var sealedValue = regexp.MustCompile(`SEALED\((\w+), (\w*), ([\w-]+)\)`)

// seal KEY FILE... writes a new private key to KEY, and encrypts in files each "SEALED(ORGANISATION, REPOSITORY, VALUE)" for it.
func seal(ts *testscript.TestScript, neg bool, args []string) {
	entity, err := openpgp.NewEntity("operator", "", "operator@example.test", &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA})
	ts.Check(err)
	var key bytes.Buffer
	w, err := armor.Encode(&key, openpgp.PrivateKeyType, nil)
	ts.Check(err)
	ts.Check(entity.SerializePrivate(w, nil))
	ts.Check(w.Close())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), key.Bytes(), 0o600))
	for _, name := range args[1:] {
		text := sealedValue.ReplaceAllStringFunc(ts.ReadFile(name), func(s string) string {
			m := sealedValue.FindStringSubmatch(s)
			var out bytes.Buffer
			w, err := openpgp.EncryptText(&out, []*openpgp.Entity{entity}, nil, nil, nil)
			ts.Check(err)
			fmt.Fprintf(w, `{"o": %q, "r": %q, "v": %q}`, m[1], m[2], m[3])
			ts.Check(w.Close())
			var armored bytes.Buffer
			a, err := armor.Encode(&armored, "PGP MESSAGE", nil)
			ts.Check(err)
			_, err = a.Write(out.Bytes())
			ts.Check(err)
			ts.Check(a.Close())
			return string(bytes.ReplaceAll(armored.Bytes(), []byte("\n"), []byte(`\n`)))
		})
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

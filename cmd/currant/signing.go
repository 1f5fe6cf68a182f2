package main

import (
	"cmp"
	"fmt"
	"os"

	"github.com/currant-bot/currant/config"
	"github.com/currant-bot/currant/updater/gitrepo"
)

// signKey reads the key for commits, from the environment or the operator's configuration.
func (e *engine) signKey(top config.Settings) error {
	key, from := e.w.getenv("CURRANT_GIT_PRIVATE_KEY"), "CURRANT_GIT_PRIVATE_KEY"
	if file := e.w.getenv("CURRANT_GIT_PRIVATE_KEY_FILE"); key == "" && file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading the key for commits (CURRANT_GIT_PRIVATE_KEY_FILE): %w", err)
		}
		key, from = string(data), "CURRANT_GIT_PRIVATE_KEY_FILE"
	}
	if key == "" {
		key, from = top.String("gitPrivateKey"), "gitPrivateKey"
	}
	if key == "" {
		return nil
	}
	passphrase := cmp.Or(e.w.getenv("CURRANT_GIT_PRIVATE_KEY_PASSPHRASE"), top.String("gitPrivateKeyPassphrase"))
	e.vault.hide(key)
	e.vault.hide(passphrase)
	var err error
	if e.signer, err = gitrepo.NewSigner(key, passphrase); err != nil {
		return fmt.Errorf("%s: %w", from, err)
	}
	return nil
}

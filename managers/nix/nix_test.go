package nix_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/nix"
)

func Test(t *testing.T) { managertest.Run(t, nix.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, nix.Manager) }

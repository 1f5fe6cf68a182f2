package nvm_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/nvm"
)

func Test(t *testing.T) { managertest.Run(t, nvm.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, nvm.Manager) }

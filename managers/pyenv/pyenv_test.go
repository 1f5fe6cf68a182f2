package pyenv_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/pyenv"
)

func Test(t *testing.T) { managertest.Run(t, pyenv.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, pyenv.Manager) }

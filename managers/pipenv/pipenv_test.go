package pipenv_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/pipenv"
)

func Test(t *testing.T) { managertest.Run(t, pipenv.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, pipenv.Manager) }

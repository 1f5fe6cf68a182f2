package nodenv_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/nodenv"
)

func Test(t *testing.T) { managertest.Run(t, nodenv.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, nodenv.Manager) }

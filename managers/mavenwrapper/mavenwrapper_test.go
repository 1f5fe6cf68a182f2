package mavenwrapper_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/mavenwrapper"
)

func Test(t *testing.T) { managertest.Run(t, mavenwrapper.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, mavenwrapper.Manager) }

package gradlewrapper_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/gradlewrapper"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, gradlewrapper.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, gradlewrapper.Manager) }

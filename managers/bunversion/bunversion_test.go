package bunversion_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/bunversion"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, bunversion.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, bunversion.Manager) }

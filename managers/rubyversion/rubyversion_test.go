package rubyversion_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/rubyversion"
)

func Test(t *testing.T) { managertest.Run(t, rubyversion.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, rubyversion.Manager) }

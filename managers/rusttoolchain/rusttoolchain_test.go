package rusttoolchain_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/rusttoolchain"
)

func Test(t *testing.T) { managertest.Run(t, rusttoolchain.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, rusttoolchain.Manager) }

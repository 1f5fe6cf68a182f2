package mise_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/mise"
)

func Test(t *testing.T) { managertest.Run(t, mise.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, mise.Manager) }

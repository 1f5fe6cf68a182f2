package woodpecker_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/woodpecker"
)

func Test(t *testing.T) { managertest.Run(t, woodpecker.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, woodpecker.Manager) }

package bundler_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/bundler"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, bundler.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, bundler.Manager) }

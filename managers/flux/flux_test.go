package flux_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/flux"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, flux.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, flux.Manager) }

package crossplane_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/crossplane"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, crossplane.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, crossplane.Manager) }

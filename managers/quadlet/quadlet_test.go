package quadlet_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/quadlet"
)

func Test(t *testing.T) { managertest.Run(t, quadlet.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, quadlet.Manager) }

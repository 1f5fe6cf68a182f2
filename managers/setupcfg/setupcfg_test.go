package setupcfg_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/setupcfg"
)

func Test(t *testing.T) { managertest.Run(t, setupcfg.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, setupcfg.Manager) }

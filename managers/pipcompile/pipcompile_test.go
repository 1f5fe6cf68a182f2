package pipcompile_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/pipcompile"
)

func Test(t *testing.T) { managertest.Run(t, pipcompile.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, pipcompile.Manager) }

package gitsubmodules_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/gitsubmodules"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, gitsubmodules.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, gitsubmodules.Manager) }

package pipsetup_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/pipsetup"
)

func Test(t *testing.T) { managertest.Run(t, pipsetup.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, pipsetup.Manager) }

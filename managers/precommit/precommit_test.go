package precommit_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/precommit"
)

func Test(t *testing.T) { managertest.Run(t, precommit.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, precommit.Manager) }

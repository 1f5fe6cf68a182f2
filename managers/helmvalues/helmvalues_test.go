package helmvalues_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/helmvalues"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, helmvalues.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, helmvalues.Manager) }

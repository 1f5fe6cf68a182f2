package opentofuversion_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/opentofuversion"
)

func Test(t *testing.T) { managertest.Run(t, opentofuversion.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, opentofuversion.Manager) }

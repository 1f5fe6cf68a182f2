package piprequirements_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/piprequirements"
)

func Test(t *testing.T) { managertest.Run(t, piprequirements.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, piprequirements.Manager) }

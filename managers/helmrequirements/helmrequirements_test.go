package helmrequirements_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/helmrequirements"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, helmrequirements.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, helmrequirements.Manager) }

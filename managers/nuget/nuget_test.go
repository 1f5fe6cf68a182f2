package nuget_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/nuget"
)

func Test(t *testing.T) { managertest.Run(t, nuget.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, nuget.Manager) }

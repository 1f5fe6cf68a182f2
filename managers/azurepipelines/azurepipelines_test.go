package azurepipelines_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/azurepipelines"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, azurepipelines.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, azurepipelines.Manager) }

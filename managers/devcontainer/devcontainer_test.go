package devcontainer_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/devcontainer"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, devcontainer.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, devcontainer.Manager) }

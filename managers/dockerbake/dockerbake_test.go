package dockerbake_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/dockerbake"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, dockerbake.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, dockerbake.Manager) }

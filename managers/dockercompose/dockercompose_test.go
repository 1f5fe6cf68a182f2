package dockercompose_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/dockercompose"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, dockercompose.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, dockercompose.Manager) }

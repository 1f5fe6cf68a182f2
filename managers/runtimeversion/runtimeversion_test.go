package runtimeversion_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/runtimeversion"
)

func Test(t *testing.T) { managertest.Run(t, runtimeversion.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, runtimeversion.Manager) }

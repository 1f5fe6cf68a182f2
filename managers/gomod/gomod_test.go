package gomod_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/gomod"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, gomod.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, gomod.Manager) }

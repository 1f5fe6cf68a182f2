package gradle_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/gradle"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, gradle.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, gradle.Manager) }

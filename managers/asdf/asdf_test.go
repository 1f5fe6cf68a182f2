package asdf_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/asdf"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, asdf.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, asdf.Manager) }

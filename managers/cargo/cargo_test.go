package cargo_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/cargo"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, cargo.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, cargo.Manager) }

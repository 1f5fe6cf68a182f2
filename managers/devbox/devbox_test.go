package devbox_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/devbox"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, devbox.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, devbox.Manager) }

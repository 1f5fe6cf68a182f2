package ansiblegalaxy_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/ansiblegalaxy"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, ansiblegalaxy.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, ansiblegalaxy.Manager) }

package helmv3_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/helmv3"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, helmv3.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, helmv3.Manager) }

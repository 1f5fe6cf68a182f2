package helmfile_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/helmfile"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, helmfile.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, helmfile.Manager) }

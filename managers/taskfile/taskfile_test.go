package taskfile_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/taskfile"
)

func Test(t *testing.T) { managertest.Run(t, taskfile.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, taskfile.Manager) }

package tekton_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/tekton"
)

func Test(t *testing.T) { managertest.Run(t, tekton.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, tekton.Manager) }

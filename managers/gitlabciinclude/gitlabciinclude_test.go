package gitlabciinclude_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/gitlabciinclude"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, gitlabciinclude.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, gitlabciinclude.Manager) }

package gitlabci_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/gitlabci"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, gitlabci.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, gitlabci.Manager) }

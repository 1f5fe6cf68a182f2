package renovateconfig_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/renovateconfig"
)

func Test(t *testing.T) { managertest.Run(t, renovateconfig.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, renovateconfig.Manager) }

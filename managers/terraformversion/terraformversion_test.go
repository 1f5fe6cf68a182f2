package terraformversion_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/terraformversion"
)

func Test(t *testing.T) { managertest.Run(t, terraformversion.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, terraformversion.Manager) }

package terragruntversion_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/terragruntversion"
)

func Test(t *testing.T) { managertest.Run(t, terragruntversion.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, terragruntversion.Manager) }

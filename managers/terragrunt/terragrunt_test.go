package terragrunt_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/terragrunt"
)

func Test(t *testing.T) { managertest.Run(t, terragrunt.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, terragrunt.Manager) }

package terraform_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/terraform"
)

func Test(t *testing.T) { managertest.Run(t, terraform.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, terraform.Manager) }

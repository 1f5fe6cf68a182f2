package cloudformation_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/cloudformation"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, cloudformation.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, cloudformation.Manager) }

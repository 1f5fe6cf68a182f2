package circleci_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/circleci"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, circleci.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, circleci.Manager) }

package pep723_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/pep723"
)

func Test(t *testing.T) { managertest.Run(t, pep723.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, pep723.Manager) }

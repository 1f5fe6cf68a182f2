package droneci_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/droneci"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, droneci.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, droneci.Manager) }

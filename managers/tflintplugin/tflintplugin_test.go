package tflintplugin_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/tflintplugin"
)

func Test(t *testing.T) { managertest.Run(t, tflintplugin.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, tflintplugin.Manager) }

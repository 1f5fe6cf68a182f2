package kustomize_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/kustomize"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, kustomize.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, kustomize.Manager) }

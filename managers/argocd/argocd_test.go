package argocd_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/argocd"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, argocd.Manager) }

func Fuzz(f *testing.F) { managertest.Fuzz(f, argocd.Manager) }

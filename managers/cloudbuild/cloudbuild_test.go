package cloudbuild_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/cloudbuild"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, cloudbuild.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, cloudbuild.Manager) }

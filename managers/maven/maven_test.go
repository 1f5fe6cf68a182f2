package maven_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/managertest"
	"github.com/currant-bot/currant/managers/maven"
)

func Test(t *testing.T) { managertest.Run(t, maven.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, maven.Manager) }

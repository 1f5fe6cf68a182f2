package composer_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/composer"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, composer.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, composer.Manager) }

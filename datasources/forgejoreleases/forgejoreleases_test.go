package forgejoreleases

import (
	"testing"

	"github.com/currant-bot/currant/datasources/internal/restpages/restpagestest"
)

func TestLaws(t *testing.T) { restpagestest.Releases(t, Source) }

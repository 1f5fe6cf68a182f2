package giteatags

import (
	"testing"

	"github.com/currant-bot/currant/datasources/internal/restpages/restpagestest"
)

func TestLaws(t *testing.T) { restpagestest.Tags(t, Source) }

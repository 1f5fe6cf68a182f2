package bitbucketpipelines_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/bitbucketpipelines"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, bitbucketpipelines.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, bitbucketpipelines.Manager) }

package ansible_test

import (
	"testing"

	"github.com/currant-bot/currant/managers/ansible"
	"github.com/currant-bot/currant/managers/managertest"
)

func Test(t *testing.T) { managertest.Run(t, ansible.Manager) }
func Fuzz(f *testing.F) { managertest.Fuzz(f, ansible.Manager) }

package kubernetesapi_test

import (
	"testing"

	"github.com/currant-bot/currant/datasources/versioning/kubernetesapi"
	"github.com/currant-bot/currant/datasources/versioning/versioningtest"
)

func TestScheme(t *testing.T) {
	s := kubernetesapi.Scheme{}
	versioningtest.Ascending(t, s, "v1alpha1", "v1alpha2", "v1alpha10", "v1beta1", "apps/v1beta2", "v1", "v2beta", "v2", "batch/v10")
	for pair, want := range map[[2]string]bool{
		{"apps/v1beta1", "apps/v1"}: true, {"v1beta1", "v1"}: true, {"extensions/v1beta1", "apps/v1"}: true, {"apps/v1beta1", "extensions/v1"}: false, {"batch/v1beta1", "apps/v1"}: false, {"v1", "apps/v1"}: false,
	} {
		if got := s.Compatible(pair[0], pair[1]); got != want {
			t.Errorf("%v: got %v", pair, got)
		}
	}
	versioningtest.Ascending(t, s, "traefik.containo.us/v1alpha1", "traefik.io/v1alpha1", "traefik.io/v1")
	if s.Stable("apps/v1beta1") || !s.Stable("apps/v1") || s.Valid("apps/1") {
		t.Error("stable or valid is wrong")
	}
	versioningtest.Updates(t, s, [][4]string{{"apps/v1beta1", "apps/v1", "replace", "apps/v1"}})
}

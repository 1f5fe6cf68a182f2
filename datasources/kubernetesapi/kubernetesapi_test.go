package kubernetesapi

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/currant-bot/currant/datasources"
)

func TestList(t *testing.T) {
	ds := Source.New(datasources.Env{})
	l, err := ds.List(t.Context(), datasources.Query{Package: "CronJob"})
	if err != nil {
		t.Fatal(err)
	}
	want := &datasources.Listing{ChangelogURL: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/", Releases: []datasources.Release{
		{Version: "batch/v2alpha1", Withdrawn: "it is no longer served from Kubernetes 1.21 on", Requires: map[string][]string{"kubernetes": {"<1.21"}}},
		{Version: "batch/v1beta1", Withdrawn: "it is deprecated since Kubernetes 1.21 and is no longer served from Kubernetes 1.25 on", Requires: map[string][]string{"kubernetes": {">=1.8 <1.25"}}},
		{Version: "batch/v1", Requires: map[string][]string{"kubernetes": {">=1.21"}}},
	}}
	if diff := cmp.Diff(want, l); diff != "" {
		t.Error(diff)
	}
	if _, err := ds.List(t.Context(), datasources.Query{Package: "Unknown"}); !errors.Is(err, datasources.ErrNotFound) {
		t.Errorf("an unknown kind: %v", err)
	}
}

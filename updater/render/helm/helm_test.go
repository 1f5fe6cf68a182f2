package helm

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"github.com/currant-bot/currant/updater/render/lockfile"
)

const chart = `apiVersion: v2
name: shop
dependencies:
- name: left
  version: ~1.0.0 # quoted nowhere
  repository: https://charts.example.test
  condition: left.enabled
- name: right
  version: 2.0.0
  repository: oci://registry.example.test/charts
  tags: [a, b]
`

const lock = `dependencies:
- name: left
  repository: https://charts.example.test
  version: 1.0.3
- name: right
  repository: oci://registry.example.test/charts
  version: "2.0.0"
digest: DIGEST
generated: "2024-01-02T03:04:05.678Z"
`

// sum is the digest of a chart and a lock file's dependencies.
func sum(t *testing.T, manifest, lock string) string {
	t.Helper()
	var m, l file
	if err := yaml.Unmarshal([]byte(manifest), &m); err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal([]byte(lock), &l); err != nil {
		t.Fatal(err)
	}
	s, err := digest(m, l)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestDigest holds ours against one that Helm itself has made, of a chart with ranges and conditions.
func TestDigest(t *testing.T) {
	const manifest = `dependencies:
- {name: kube-state-metrics, version: "2.9.*", repository: "https://kubernetes.github.io/kube-state-metrics", condition: kubeStateMetrics.enabled}
- {name: prometheus-node-exporter, version: "1.12.*", repository: "https://prometheus-community.github.io/helm-charts", condition: nodeExporter.enabled}
- {name: grafana, version: "6.1.*", repository: "https://grafana.github.io/helm-charts", condition: grafana.enabled}
`
	const locked = `dependencies:
- {name: kube-state-metrics, repository: "https://kubernetes.github.io/kube-state-metrics", version: 2.9.7}
- {name: prometheus-node-exporter, repository: "https://prometheus-community.github.io/helm-charts", version: 1.12.0}
- {name: grafana, repository: "https://grafana.github.io/helm-charts", version: 6.1.17}
`
	if got, want := sum(t, manifest, locked), "sha256:618d35aba8290330ef4c39438e6be271e17c68aed8806acd626ce8b844056415"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestUpdate(t *testing.T) {
	old := strings.Replace(lock, "DIGEST", sum(t, chart, lock), 1)
	newChart := strings.Replace(strings.Replace(chart, "~1.0.0", "~1.1.0", 1), "2.0.0", "2.5.0", 1)
	newLock := strings.Replace(strings.Replace(lock, "1.0.3", "1.1.4", 1), "2.0.0", "2.5.0", 1)
	newLock = strings.Replace(newLock, "DIGEST", sum(t, newChart, newLock), 1)
	w := lockfile.Work{
		Lock: "a/Chart.lock", Before: fstest.MapFS{"a/Chart.yaml": {Data: []byte(chart)}, "a/Chart.lock": {Data: []byte(old)}},
		FS: fstest.MapFS{"a/Chart.yaml": {Data: []byte(newChart)}, "a/Chart.lock": {Data: []byte(old)}},
		Changes: []lockfile.Change{
			{Manifest: "a/Chart.yaml", Name: "left", From: "1.0.3", To: "1.1.4", Value: "~1.1.0"},
			{Manifest: "a/Chart.yaml", Name: "right", From: "2.0.0", To: "2.5.0", Value: "2.5.0"},
		},
	}
	c, err := update(w)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(newLock, c["a/Chart.lock"].Text); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	w.Before = fstest.MapFS{"a/Chart.yaml": {Data: []byte(chart)}, "a/Chart.lock": {Data: []byte(strings.Replace(lock, "DIGEST", "sha256:00", 1))}}
	if _, err := update(w); err == nil || !strings.Contains(err.Error(), "helm dependency update") {
		t.Errorf("a stale lock file: error %v", err)
	}
}

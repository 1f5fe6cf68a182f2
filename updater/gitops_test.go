package updater_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/currant-bot/currant/config"
	schemes "github.com/currant-bot/currant/datasources/versioning/all"
	managersall "github.com/currant-bot/currant/managers/all"
	"github.com/currant-bot/currant/updater"
	"github.com/currant-bot/currant/updater/gitrepo"
)

// gitOpsConfig has five managers read every YAML file; the others are on with their own patterns.
const gitOpsConfig = `{
  "flux": {"managerFilePatterns": ["/\\.ya?ml$/"]},
  "kubernetes": {"managerFilePatterns": ["/\\.ya?ml$/"]},
  "argocd": {"managerFilePatterns": ["/\\.ya?ml$/"]},
  "tekton": {"managerFilePatterns": ["/\\.ya?ml$/"]},
  "crossplane": {"managerFilePatterns": ["/\\.ya?ml$/"]}
}`

// gitOpsApp is what the repository of a platform team holds for one application: what is deployed by Flux and
// Kustomize, with a chart. NAME is replaced, and N in versions.
var gitOpsApp = map[string]string{
	"apps/NAME/kustomization.yaml": `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: NAME
resources:
  - namespace.yaml
  - helmrelease.yaml
  - deployment.yaml
  - https://git.example.test/platform/base.git//monitoring?ref=v1.N.0
images:
  - name: registry.example.test/team/NAME
    newTag: 1.N.0
configMapGenerator:
  - name: NAME-config
    files: [config.toml]
`,
	"apps/NAME/namespace.yaml": `apiVersion: v1
kind: Namespace
metadata:
  name: NAME
  labels:
    pod-security.kubernetes.io/enforce: restricted
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: NAME
spec:
  refreshInterval: 1h
  secretStoreRef: {kind: ClusterSecretStore, name: vault}
  target: {name: NAME-secret}
  dataFrom:
    - extract: {key: teams/NAME}
`,
	"apps/NAME/helmrelease.yaml": `# yaml-language-server: $schema=https://schemas.example.test/helmrelease.json
apiVersion: source.toolkit.fluxcd.io/v1
kind: HelmRepository
metadata:
  name: NAME
  namespace: flux-system
spec:
  interval: 1h
  url: https://charts.example.test/NAME
---
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: NAME
  namespace: NAME
spec:
  interval: 30m
  chart:
    spec:
      chart: app-template
      version: 3.N.1
      sourceRef: {kind: HelmRepository, name: NAME, namespace: flux-system}
  install: {remediation: {retries: 3}}
  upgrade:
    cleanupOnFail: true
    remediation: {strategy: rollback, retries: 3}
  values:
    controllers:
      main:
        replicas: 2
        strategy: RollingUpdate
        annotations: {reloader.example.test/auto: "true"}
        initContainers:
          init-db:
            image: {repository: registry.example.test/platform/postgres-init, tag: 16.N}
            envFrom: [{secretRef: {name: NAME-secret}}]
        containers:
          main:
            image:
              repository: registry.example.test/team/NAME
              tag: 1.N.0@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
            env:
              TZ: Europe/Zurich
              PORT: &port 8080
              LOG_LEVEL: info
            probes:
              liveness: &probes
                enabled: true
                custom: true
                spec: {httpGet: {path: /healthz, port: *port}, initialDelaySeconds: 0, periodSeconds: 10}
              readiness: *probes
            resources: {requests: {cpu: 50m, memory: 256Mi}, limits: {memory: 1Gi}}
            securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
    service: {main: {controller: main, ports: {http: {port: *port}}}}
    ingress:
      main:
        className: internal
        hosts: [{host: NAME.example.test, paths: [{path: /, service: {identifier: main, port: http}}]}]
`,
	"apps/NAME/deployment.yaml": `apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME-worker
  labels: &labels
    app.kubernetes.io/name: NAME
    app.kubernetes.io/component: worker
spec:
  replicas: 1
  selector:
    matchLabels: *labels
  template:
    metadata:
      labels: *labels
    spec:
      serviceAccountName: NAME
      containers:
        - name: worker
          image: registry.example.test/team/NAME-worker:1.N.0
          args: ["--queue", "default"]
          ports:
            - name: metrics
              containerPort: 9090
          readinessProbe:
            httpGet: {path: /ready, port: metrics}
          resources:
            requests: {cpu: 10m, memory: 64Mi}
          volumeMounts:
            - {name: cache, mountPath: /cache}
        - name: proxy
          image: registry.example.test/platform/proxy:2.N
      volumes:
        - name: cache
          emptyDir: {}
---
apiVersion: v1
kind: Service
metadata:
  name: NAME-worker
spec:
  selector: {app.kubernetes.io/name: NAME}
  ports: [{name: metrics, port: 9090}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: NAME
spec:
  minAvailable: 1
  selector: {matchLabels: {app.kubernetes.io/name: NAME}}
`,
	"clusters/prod/NAME.yaml": `apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata:
  name: NAME
  namespace: flux-system
spec:
  interval: 1h
  path: ./apps/NAME
  prune: true
  sourceRef: {kind: GitRepository, name: flux-system}
  postBuild:
    substituteFrom: [{kind: ConfigMap, name: cluster-settings}]
`,
	"charts/NAME/Chart.yaml": `apiVersion: v2
name: NAME
version: 0.N.0
dependencies:
  - name: library
    version: 1.N.0
    repository: oci://registry.example.test/charts
`,
	"charts/NAME/values.yaml": `image:
  repository: registry.example.test/team/NAME
  tag: 1.N.0
replicaCount: 2
resources: {}
nodeSelector: {}
sidecars:
  - name: metrics
    image: registry.example.test/platform/exporter:0.N.0
`,
	"charts/NAME/templates/deployment.yaml": `{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "NAME.fullname" . }}
  labels:
    {{- include "NAME.labels" . | nindent 4 }}
spec:
  template:
    spec:
      containers:
        - name: main
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          {{- with .Values.resources }}
          resources:
            {{- toYaml . | nindent 12 }}
          {{- end }}
        - name: fixed
          image: registry.example.test/platform/fixed:1.N
{{- end }}
`,
}

const gitOpsApps = 250

// gitOps writes a repository with 2,000 files besides its configuration.
func gitOps(tb testing.TB) (dir string) {
	tb.Helper()
	dir = tb.TempDir()
	write := func(path, text string) {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			tb.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
	write("renovate.json", gitOpsConfig)
	for i := range gitOpsApps {
		fill := strings.NewReplacer("NAME", fmt.Sprintf("app-%03d", i), "N.", fmt.Sprint(i)+".", ".N", fmt.Sprintf(".%d", i))
		for path, text := range gitOpsApp {
			write(fill.Replace(path), fill.Replace(text))
		}
	}
	return dir
}

// BenchmarkGitOps reads the folder, finds all of its dependencies, and tells how much time all cores took and how much
// memory the process had at most.
func BenchmarkGitOps(b *testing.B) {
	dir := gitOps(b)
	e := &updater.Engine{
		Kit:   updater.Kit{Managers: managersall.Managers, Schemes: schemes.Schemes},
		Reach: func(string, *config.Config, fs.FS) (updater.Reach, error) { return updater.Reach{}, nil },
		Now:   time.Now,
	}
	before := usage(b)
	for b.Loop() {
		s, err := gitrepo.Folder(b.Context(), dir)
		if err != nil {
			b.Fatal(err)
		}
		r, err := e.Extract(b.Context(), updater.Tree{Repository: "acme/gitops", Snapshot: s})
		if err != nil {
			b.Fatal(err)
		}
		if want := 17 * gitOpsApps; len(r.Found) != want {
			b.Fatalf("%d dependencies, not %d", len(r.Found), want)
		}
	}
	after := usage(b)
	cpu := after.Utime.Nano() + after.Stime.Nano() - before.Utime.Nano() - before.Stime.Nano()
	b.ReportMetric(float64(cpu)/1e6/float64(b.N), "cpu-ms/op")
	b.ReportMetric(float64(after.Maxrss)/1024, "MB-peak")
}

func usage(b *testing.B) (u syscall.Rusage) {
	b.Helper()
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u
}

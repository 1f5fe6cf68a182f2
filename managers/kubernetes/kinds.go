package kubernetes

import "strings"

// moved are the kinds whose API has been served under several versions, so that a manifest can be
// behind: those of the Kubernetes deprecation guide and the changelogs of Flux and
// External Secrets. The kind alone counts, as for Renovate: other groups have kinds of the same name.
var moved = words(`
	APIService CSIDriver CSINode CSIStorageCapacity CertificateSigningRequest ClusterRole
	ClusterRoleBinding CronJob CustomResourceDefinition DaemonSet Deployment EndpointSlice Event
	FlowSchema HorizontalPodAutoscaler Ingress IngressClass Lease LocalSubjectAccessReview
	MutatingWebhookConfiguration NetworkPolicy PodDisruptionBudget PodSecurityPolicy
	PriorityClass PriorityLevelConfiguration ReplicaSet Role RoleBinding RuntimeClass
	SelfSubjectAccessReview StatefulSet StorageClass SubjectAccessReview TokenReview
	ValidatingWebhookConfiguration VolumeAttachment

	Alert Bucket GitRepository HelmChart HelmRelease HelmRepository ImagePolicy ImageRepository
	ImageUpdateAutomation Kustomization OCIRepository Provider Receiver

	ClusterExternalSecret ClusterSecretStore ExternalSecret SecretStore
`)

func words(list string) map[string]bool {
	set := make(map[string]bool)
	for _, word := range strings.Fields(list) {
		set[word] = true
	}
	return set
}

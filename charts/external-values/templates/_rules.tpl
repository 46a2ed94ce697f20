{{/*
What the operator may do in every namespace that it serves.
*/}}
{{- define "external-values.namespacedRules" -}}
- apiGroups: [externalvalues.dev]
  resources: [externalvalues, valuestores]
  verbs: [list, watch]
# Read afresh before anything is removed on a resource's behalf.
- apiGroups: [externalvalues.dev]
  resources: [externalvalues]
  verbs: [get]
- apiGroups: [externalvalues.dev]
  resources: [externalvalues/status, valuestores/status]
  verbs: [update]
# The targets. "delete" also lets an ownerReference be put on an existing object where the API server checks that.
- apiGroups: [""]
  resources: [secrets, configmaps]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- if .Values.restarts.enabled }}
- apiGroups: [apps]
  resources: [deployments, statefulsets, daemonsets]
  verbs: [get, list, patch]
- apiGroups: [argoproj.io]
  resources: [rollouts]
  verbs: [get, list, patch]
{{- end }}
{{- end }}

{{/*
What it may do beyond namespaces, where it serves all of them.
*/}}
{{- define "external-values.clusterRules" -}}
- apiGroups: [externalvalues.dev]
  resources: [clusterexternalvalues, clustervaluestores]
  verbs: [list, watch]
# Read afresh before an ExternalValue is removed on its behalf.
- apiGroups: [externalvalues.dev]
  resources: [clusterexternalvalues]
  verbs: [get]
- apiGroups: [externalvalues.dev]
  resources: [clusterexternalvalues/status, clustervaluestores/status]
  verbs: [update]
# The ExternalValues of a ClusterExternalValue.
- apiGroups: [externalvalues.dev]
  resources: [externalvalues]
  verbs: [create, patch, delete]
# For namespace selectors.
- apiGroups: [""]
  resources: [namespaces]
  verbs: [list, watch]
{{- end }}

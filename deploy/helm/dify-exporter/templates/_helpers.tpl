{{- define "dify-exporter.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* The name is that of the chart and nothing else: monitors make it the job, which rules and dashboards know. */ -}}
{{- define "dify-exporter.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "dify-exporter.labels" -}}
{{ include "dify-exporter.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "dify-exporter.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{- define "dify-exporter.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ .Values.serviceAccount.name | default (include "dify-exporter.fullname" .) }}
{{- else -}}
{{ .Values.serviceAccount.name | default "default" }}
{{- end -}}
{{- end -}}

{{- define "dify-exporter.secret" -}}
{{ .Values.keys.existingSecret | default (printf "%s-keys" (include "dify-exporter.fullname" .)) }}
{{- end -}}

{{- define "dify-exporter.configMap" -}}
{{ .Values.existingConfigMap | default (printf "%s-config" (include "dify-exporter.fullname" .)) }}
{{- end -}}

{{- /* config.json: what the values say, and the folder of keys. */ -}}
{{- define "dify-exporter.config" -}}
{{- $config := deepCopy .Values.config -}}
{{- range $config.apps -}}
{{- if .api_key -}}
{{- fail (printf "config.apps: %s has a key in api_key, and a ConfigMap is no place for it: put the key into the Secret, and write api_key_file" .name) -}}
{{- end -}}
{{- end -}}
{{- if .Values.keys.areApps -}}
{{- $config = set $config "apps_dir" "/run/secrets/dify-exporter" -}}
{{- else if not $config.apps -}}
{{- fail "config.apps names no app, and keys.areApps is false: list the apps there, or let each entry of the Secret be one" -}}
{{- end -}}
{{- toPrettyJson $config -}}
{{- end -}}

{{- define "dify-exporter.probe" -}}
{{- if not .root.Values.tls.secret -}}
httpGet: {path: {{ .path }}, port: metrics}
{{- else if eq .root.Values.tls.probe "https" -}}
httpGet: {path: {{ .path }}, port: metrics, scheme: HTTPS}
{{- else -}}
tcpSocket: {port: metrics}
{{- end -}}
{{- end -}}

{{- /* Rules look back a week at one instance: a pod's name stays where its address does not. */ -}}
{{- define "dify-exporter.endpoint" -}}
port: metrics
interval: {{ .Values.monitor.interval }}
{{- with .Values.monitor.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
{{- if .Values.tls.secret }}
scheme: https
{{- end }}
relabelings:
  - sourceLabels: [__meta_kubernetes_pod_name]
    targetLabel: instance
{{- with .Values.monitor.endpoint }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/*
Bytes of a memory quantity ("512Mi", "1G", 536870912).
*/}}
{{- define "external-values.bytes" -}}
{{- $text := toString . }}
{{- if kindIs "float64" . }}{{- $text = printf "%.0f" . }}{{- end }}
{{- $units := dict "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "k" 1000 "M" 1000000 "G" 1000000000 "" 1 }}
{{- $number := regexFind "^[0-9]+" $text }}
{{- $unit := trimPrefix $number $text }}
{{- if or (not $number) (not (hasKey $units $unit)) }}
{{- fail (printf "resources.limits.memory must be a whole number with one of Ki, Mi, Gi, k, M, G or no unit, not %q" $text) }}
{{- end }}
{{- mul (int64 $number) (int64 (get $units $unit)) }}
{{- end }}

{{/*
MiB of the heap: a share of the memory limit, so that the process collects garbage before the kernel ends it.
Empty without a limit.
*/}}
{{- define "external-values.heapMebibytes" -}}
{{- with (.Values.resources.limits).memory }}
{{- div (mul (int64 (include "external-values.bytes" .)) (int64 $.Values.heapPercentOfMemoryLimit)) (mul 100 1048576) }}
{{- end }}
{{- end }}

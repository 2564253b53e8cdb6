#= check
check collector /otelcol-contrib validate --config=/etc/collector/collector.yaml --config=/etc/haproxy-metrics/haproxy.yaml
#= reload
reload collector HUP

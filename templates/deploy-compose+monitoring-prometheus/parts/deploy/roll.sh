#= check
check prometheus promtool check config /etc/prometheus/config/prometheus.yml
#= reload
reload prometheus HUP

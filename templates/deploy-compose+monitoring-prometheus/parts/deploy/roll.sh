#= folders
mkdir -p secrets/alertmanager
#= check
check prometheus promtool check config /etc/prometheus/config/prometheus.yml
check alertmanager amtool check-config /etc/alertmanager/config/alertmanager.yml
#= reload
reload prometheus HUP
reload alertmanager HUP

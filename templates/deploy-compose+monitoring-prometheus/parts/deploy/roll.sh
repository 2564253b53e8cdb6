#= folders
mkdir -p secrets/alertmanager
#= check
step='the alerts and dashboards cannot be copied to deploy/linked'
# Prometheus and Grafana mount these folders.
rm -f linked/alerts/* linked/dashboards/*
../ops/links.sh linked/alerts ../ops/alerts/*.yml
../ops/links.sh linked/dashboards ../ops/dashboards/*.json
check prometheus promtool check config /etc/prometheus/config/prometheus.yml
check alertmanager amtool check-config /etc/alertmanager/config/alertmanager.yml
#= reload
reload prometheus HUP
reload alertmanager HUP

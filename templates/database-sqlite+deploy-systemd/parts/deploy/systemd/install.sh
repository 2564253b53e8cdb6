#= units
install -m 644 backup.service "$units/$name-backup.service"
install -m 644 backup.timer "$units/$name-backup.timer"
#= timers
systemctl --quiet enable --now "$name-backup.timer"

//= lines
    if !outcome.alerts.is_empty() {
        lines.push(("alerts", format!("{}, if it lasts", outcome.alerts.join(", "))));
    }

//= layers
    let lines = lines.and_then(super::otlp_logs::Records);

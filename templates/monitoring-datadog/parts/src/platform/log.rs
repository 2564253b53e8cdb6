//= constants
        for (name, value) in super::datadog::UNIFIED.get().into_iter().flatten() {
            line.put(&format!("dd.{name}"), value);
        }
//= debug
        match field.name() {
            "trace_id" => self.put("dd.trace_id", format_args!("{value:?}")),
            "span_id" => {
                // Datadog writes ids of spans in decimal.
                let span = u64::from_str_radix(&format!("{value:?}"), 16).unwrap_or_default();
                self.put("dd.span_id", span.to_string());
            }
            _ => {}
        }

//= constants
        for (name, value) in super::datadog::UNIFIED.get().into_iter().flatten() {
            line.put(&format!("dd.{name}"), value);
        }
//= debug
        if field.name() == "trace_id" {
            self.put("dd.trace_id", format_args!("{value:?}"));
        }

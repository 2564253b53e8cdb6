//= contradictions
        found.extend(crate::platform::database_url::contradictions());

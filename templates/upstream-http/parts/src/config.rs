//= contradictions
        found.extend(crate::platform::upstream::contradiction(&self.platform));

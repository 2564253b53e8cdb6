//= fields
    pub upstream: crate::platform::upstream::Upstream,
//= new
            upstream: crate::platform::upstream::Upstream::new(&platform.settings)?,

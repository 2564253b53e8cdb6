//= fields
    pub cache: crate::platform::cache::Cache<crate::products::Product>,
//= new
            cache: crate::platform::cache::Cache::new(&platform),

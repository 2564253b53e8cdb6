//= fields
//~ for resource in resources
<% resource.cache_member %>
//~ endfor
//= new
//~ for resource in resources
            <% resource.name %>_cache: crate::platform::cache::Cache::new(&platform),
//~ endfor

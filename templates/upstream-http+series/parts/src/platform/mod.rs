//= series
        upstream_series::describe();

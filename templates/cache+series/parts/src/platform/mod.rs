//= series
        cache_series::describe();

//= series
        limiter_series::describe();

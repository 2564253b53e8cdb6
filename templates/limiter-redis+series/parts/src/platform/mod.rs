//= series
        shared_limit_series::describe();

//= series
        auth_series::describe();

//= series
        series::describe();

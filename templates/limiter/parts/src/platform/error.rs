//= 429
            429 => ("rate_limited", "too many requests, slow down"),

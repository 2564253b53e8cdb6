//= order
//! The rate limit is between CORS and `handle`.
//= client
            let client = super::client::of(&platform, &request);
//= refuse
                let verdict = match super::limiter::check(&platform, client).await {
                    Ok(verdict) => verdict,
                    Err(refusal) => return Ok(refusal),
                };
//= answered
                let response = super::limiter::announce(&platform, &verdict, response);
//= exposed
        super::limiter::REMAINING,
        super::limiter::POLICY,

//= verdict
    let verdict = super::shared_limit::check(platform, client).await;

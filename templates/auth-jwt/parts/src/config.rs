//= settings
    /// The issuer of tokens, their `iss`; to be set
    #[arg(long, env, value_parser = crate::platform::keys::claim)]
    pub jwt_issuer: Option<String>,
    /// What tokens are issued for, this service: one of their `aud`; to be set
    #[arg(long, env, value_parser = crate::platform::keys::claim)]
    pub jwt_audience: Option<String>,
    /// Where the issuer publishes its keys, as a JWK set; to be set, or JWT_PUBLIC_KEY
    #[arg(long, env, value_parser = crate::platform::keys::url)]
    pub jwt_jwks_url: Option<reqwest::Url>,
    /// File with the issuer's one public key in PEM, instead of JWT_JWKS_URL
    #[arg(long, env, value_parser = crate::platform::keys::read)]
    pub jwt_public_key: Option<jsonwebtoken::jwk::Jwk>,
//= contradictions
        found.extend(crate::platform::keys::contradictions(self));

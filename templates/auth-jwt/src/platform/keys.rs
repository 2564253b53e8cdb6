//! Tokens (JWT) and the public keys of their issuer: nothing here is secret. Keys are fetched in the background, and
//! again when no known key made a token's signature.

use std::{sync::Arc, sync::PoisonError, sync::RwLock, time::Duration};

use anyhow::Context;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind};
use serde::Deserialize;
use tokio::{sync::Mutex, time::Instant, time::sleep};

use super::{Platform, bearer::Caller, error::Error};

/// The minimum time between two fetches, whatever the number of requests.
pub const MIN_FETCH_INTERVAL: Duration = Duration::from_secs(10);

/// The time between regular fetches: a key that the issuer removed is accepted for at most that long, as long as the
/// set can be fetched.
pub const FETCH_INTERVAL: Duration = Duration::from_secs(300);

/// The maximum bytes of a token.
const MAX_TOKEN: usize = 8 << 10;

/// The maximum bytes of the issuer's key set.
const MAX_SET: usize = 64 << 10;

/// The maximum number of usable keys in a set: a token without `kid` is tried with each.
const MAX_KEYS: usize = 100;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    /// Issuer of the tokens, their `iss`; required
    #[arg(long, env, value_parser = claim)]
    pub jwt_issuer: Option<String>,
    /// Audience of the tokens, one of their `aud`; required
    #[arg(long, env, value_parser = claim)]
    pub jwt_audience: Option<String>,
    /// URL of the issuer's JWK set; required, unless JWT_PUBLIC_KEY is set
    #[arg(long, env, value_parser = url)]
    pub jwt_jwks_url: Option<reqwest::Url>,
    /// PEM file with the issuer's only public key, instead of JWT_JWKS_URL
    #[arg(long, env, value_parser = read)]
    pub jwt_public_key: Option<Jwk>,
}

impl Settings {
    /// The problems of required settings: they have no defaults, because an issuer must be chosen explicitly.
    pub fn contradictions(&self, serves: bool) -> Vec<(&'static [&'static str], &'static str)> {
        let keys = (self.jwt_jwks_url.is_some(), self.jwt_public_key.is_some());
        let mut found: Vec<(&[_], _)> = Vec::new();
        if serves && self.jwt_issuer.is_none() {
            found.push((
                &["JWT_ISSUER"],
                "not set; for the issuer of `cargo run --example issuer` http://127.0.0.1:9000",
            ));
        }
        if serves && self.jwt_audience.is_none() {
            found.push((&["JWT_AUDIENCE"], "not set; .env.example has that of `cargo run --example issuer`"));
        }
        if serves && keys == (false, false) {
            let rule = "not set, nor is JWT_PUBLIC_KEY; for the issuer of `cargo run --example issuer` \
                        http://127.0.0.1:9000/.well-known/jwks.json";
            found.push((&["JWT_JWKS_URL", "JWT_PUBLIC_KEY"], rule));
        }
        if keys == (true, true) {
            found.push((&["JWT_PUBLIC_KEY", "JWT_JWKS_URL"], "set together with JWT_JWKS_URL; set one of them"));
        }
        found
    }
}

pub struct Keys {
    held: RwLock<Vec<Key>>,
    /// The time of the last attempt to fetch them.
    fetched: Mutex<Option<Instant>>,
    /// The URL of the key set; `None` if a single key is configured.
    url: Option<reqwest::Url>,
    client: reqwest::Client,
    /// The rules for the claims of every token.
    rules: Validation,
}

/// A public key for verifying signatures.
struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    decoding: DecodingKey,
}

impl Key {
    /// `None` if the key is not for verifying signatures, or its type or algorithm is not supported.
    fn new(jwk: &Jwk) -> Option<Self> {
        let (usage, operations) = (&jwk.common.public_key_use, &jwk.common.key_operations);
        let signs = matches!(usage, None | Some(PublicKeyUse::Signature));
        let verifies = operations.as_ref().is_none_or(|operations| operations.contains(&KeyOperations::Verify));
        // The key determines the algorithm, whatever the token says; symmetric keys are not supported.
        let algorithm = match (&jwk.algorithm, jwk.common.key_algorithm) {
            (AlgorithmParameters::RSA(_), None | Some(KeyAlgorithm::RS256)) => Algorithm::RS256,
            (AlgorithmParameters::EllipticCurve(key), None | Some(KeyAlgorithm::ES256))
                if key.curve == EllipticCurve::P256 =>
            {
                Algorithm::ES256
            }
            (AlgorithmParameters::OctetKeyPair(key), None | Some(KeyAlgorithm::EdDSA))
                if key.curve == EllipticCurve::Ed25519 =>
            {
                Algorithm::EdDSA
            }
            _ => return None,
        };
        let decoding = DecodingKey::from_jwk(jwk).ok().filter(|_| signs && verifies)?;
        Some(Self { id: jwk.common.key_id.clone(), algorithm, decoding })
    }
}

impl Keys {
    /// # Errors
    /// If the configuration names no issuer, or this machine's certificates cannot be read.
    pub fn new(settings: &Settings) -> anyhow::Result<Self> {
        let mut rules = Validation { leeway: 5, validate_nbf: true, ..Validation::default() };
        rules.set_issuer(&[settings.jwt_issuer.as_ref().context("JWT_ISSUER is not set")?]);
        rules.set_audience(&[settings.jwt_audience.as_ref().context("JWT_AUDIENCE is not set")?]);
        rules.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
        // Proxy variables of the environment are ignored: only the settings determine which servers are called.
        let client = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(2));
        let client = client.redirect(reqwest::redirect::Policy::none()).build()?;
        let held = settings.jwt_public_key.iter().filter_map(Key::new).collect();
        Ok(Self {
            held: RwLock::new(held),
            fetched: Mutex::default(),
            url: settings.jwt_jwks_url.clone(),
            client,
            rules,
        })
    }

    //~ if limiter
    /// The caller that sent this token, if a known key verifies it.
    pub fn known(&self, token: &str) -> Option<Arc<str>> {
        Some(self.check(token).ok()?.name)
    }

    //~ endif
    fn check(&self, token: &str) -> Result<Caller, &'static str> {
        let header = Some(token).filter(|token| token.len() <= MAX_TOKEN).and_then(|token| decode_header(token).ok());
        // A token with critical extensions is invalid, because none is supported (RFC 7515, 4.1.11).
        let header = header.filter(|header| header.crit.is_none()).ok_or("invalid")?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        // `kid` is a hint: without one on either side any key may match, and several may share one (RFC 7515, 4.1.4).
        let fits = |key: &&Key| key.id.is_none() || header.kid.is_none() || key.id == header.kid;
        for key in held.iter().filter(fits) {
            let rules = Validation { algorithms: vec![key.algorithm], ..self.rules.clone() };
            let decoded = decode::<serde_json::Value>(token, &key.decoding, &rules);
            match decoded.map_err(jsonwebtoken::errors::Error::into_kind) {
                Ok(token) => return caller(&token.claims),
                // The signature is checked before the claims, so this key made it, and no other is tried.
                Err(ErrorKind::ExpiredSignature) => return Err("expired"),
                Err(ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience | ErrorKind::ImmatureSignature)
                | Err(ErrorKind::MissingRequiredClaim(_) | ErrorKind::InvalidClaimFormat(_)) => return Err("invalid"),
                Err(_) => {}
            }
        }
        let named = header.kid.is_some() && held.iter().any(|key| key.id == header.kid);
        if named { Err("invalid") } else { Err("unknown_key") }
    }

    /// Fetches the keys regularly. Does not return.
    pub async fn renew(&self) {
        loop {
            self.fetch().await;
            sleep(FETCH_INTERVAL).await;
        }
    }

    /// Fetches the keys, unless that was done recently. Concurrent callers wait for the result. The known keys are kept
    /// if the new set has no usable key.
    async fn fetch(&self) {
        let mut fetched = self.fetched.lock().await;
        let due = fetched.is_none_or(|at| at.elapsed() >= MIN_FETCH_INTERVAL);
        let Some(url) = self.url.clone().filter(|_| due) else { return };
        *fetched = Some(Instant::now());
        match self.download(url).await {
            Ok(set) => *self.held.write().unwrap_or_else(PoisonError::into_inner) = set,
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the keys of the issuer cannot be fetched"),
        }
    }

    async fn download(&self, url: reqwest::Url) -> anyhow::Result<Vec<Key>> {
        let mut answer = self.client.get(url).send().await?.error_for_status()?;
        let mut json = Vec::new();
        while let Some(more) = answer.chunk().await? {
            json.extend(more);
            anyhow::ensure!(json.len() <= MAX_SET, "the set is too large");
        }
        let set: Set = serde_json::from_slice(&json)?;
        let keys: Vec<_> = set.keys.iter().filter_map(|key| Key::new(&Jwk::deserialize(key).ok()?)).collect();
        let count = keys.len();
        anyhow::ensure!((1..=MAX_KEYS).contains(&count), "{count} usable keys in the set, not 1 to {MAX_KEYS}");
        Ok(keys)
    }
}

/// A JWK set. A member that cannot be parsed is ignored, like an unsupported one (RFC 7517, 5).
#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

fn caller(claims: &serde_json::Value) -> Result<Caller, &'static str> {
    let [name, scopes] = ["sub", "scope"].map(|claim| claims[claim].as_str().unwrap_or_default());
    // OpenID Connect limits `sub` to 255 characters.
    if (1..=255).contains(&name.len()) { Ok(Caller::new(name, scopes)) } else { Err("invalid") }
}

/// The caller that sent this token, or the reason why the token is invalid. Fetches the keys if no known key made its
/// signature.
///
/// # Errors
/// If there are no keys.
pub async fn verify(platform: &Arc<Platform>, token: &str) -> Result<Result<Caller, &'static str>, Error> {
    let checked = platform.keys.check(token);
    if !matches!(checked, Err("unknown_key")) {
        return Ok(checked);
    }
    let shared = Arc::clone(platform);
    // In a separate task: a client that disconnects does not cancel the fetch for the others.
    tokio::spawn(async move { shared.keys.fetch().await }).await.ok();
    let none = platform.keys.held.read().unwrap_or_else(PoisonError::into_inner).is_empty();
    if none { Err(Error::of(503).because("there are no keys of the issuer")) } else { Ok(platform.keys.check(token)) }
}

/// The key in the PEM file at this path.
///
/// # Errors
/// If the file cannot be read, or has no supported public key.
pub fn read(path: &str) -> anyhow::Result<Jwk> {
    let pem = std::fs::read(path)?;
    let formats = [DecodingKey::from_rsa_pem, DecodingKey::from_ec_pem, DecodingKey::from_ed_pem];
    let key = formats.iter().find_map(|format| format(&pem).ok());
    let jwk = key.and_then(|key| Jwk::from_decoding_key(&key, None).ok()).filter(|jwk| Key::new(jwk).is_some());
    jwk.context("no public key in PEM, of RSA, P-256 or Ed25519")
}

/// Parses `JWT_ISSUER` and `JWT_AUDIENCE`, which are compared exactly.
///
/// # Errors
/// If it contains white space or a control character.
pub fn claim(text: &str) -> Result<String, &'static str> {
    let valid = text.chars().all(|letter| !letter.is_whitespace() && !letter.is_control());
    valid.then(|| text.to_owned()).ok_or("contains white space or a control character")
}

/// Parses `JWT_JWKS_URL`. Public keys need no password.
///
/// # Errors
/// If it is not an HTTP URL, or has a user or a fragment.
pub fn url(text: &str) -> Result<reqwest::Url, &'static str> {
    let plain = |url: &reqwest::Url| {
        let user = !url.username().is_empty() || url.password().is_some();
        matches!(url.scheme(), "http" | "https") && !user && url.fragment().is_none()
    };
    let rule = "not a URL such as https://login.example/.well-known/jwks.json, without user and fragment";
    text.parse().ok().filter(plain).filter(|_| text.contains("://") && !text.contains(' ')).ok_or(rule)
}

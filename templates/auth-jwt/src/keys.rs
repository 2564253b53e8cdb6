//! Tokens (JWT) and the public keys of their issuer: nothing here is secret. Keys are fetched beside requests, and again
//! when a token names one that is not here.

use std::{sync::Arc, sync::PoisonError, sync::RwLock, time::Duration};

use anyhow::Context;
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, Validation, decode, decode_header, errors::ErrorKind};
use tokio::{sync::Mutex, time::Instant, time::sleep};

use crate::{app::App, auth::Caller, config::Config, error::Error};

/// Least time between two fetches, however many ask for them.
pub const BETWEEN: Duration = Duration::from_secs(10);

/// How often keys are fetched anyway: one that the issuer removed is believed no longer than that.
pub const REFRESH: Duration = Duration::from_secs(300);

/// Bytes of a token at most.
const TOKEN: usize = 8 << 10;

/// Bytes of the issuer's set of keys at most.
const SET: usize = 64 << 10;

pub struct Keys {
    held: RwLock<JwkSet>,
    /// When they were last fetched, or it was tried.
    fetched: Mutex<Option<Instant>>,
    /// Where they are, unless the one key there is was configured.
    url: Option<reqwest::Url>,
    client: reqwest::Client,
    /// What every token must be besides signed.
    rules: Validation,
}

impl Keys {
    /// # Errors
    /// If this machine's certificates cannot be read.
    pub fn new(config: &Config) -> anyhow::Result<Self> {
        let mut rules = Validation { leeway: 5, validate_nbf: true, ..Validation::default() };
        rules.set_issuer(&[&config.jwt_issuer]);
        rules.set_audience(&[&config.jwt_audience]);
        rules.set_required_spec_claims(&["aud", "exp", "iss", "sub"]);
        let client = reqwest::Client::builder().timeout(Duration::from_secs(2));
        let client = client.redirect(reqwest::redirect::Policy::none()).build()?;
        let held = config.jwt_public_key.clone();
        let url = held.keys.is_empty().then(|| config.jwt_jwks_url.clone());
        Ok(Self { held: RwLock::new(held), fetched: Mutex::default(), url, client, rules })
    }

    //~ if limiter
    /// Who sent this token, as far as the keys at hand tell.
    pub fn known(&self, token: &str) -> Option<Arc<str>> {
        Some(self.check(token).ok()?.name)
    }

    //~ endif
    fn check(&self, token: &str) -> Result<Caller, &'static str> {
        let header = Some(token).filter(|token| token.len() <= TOKEN).and_then(|token| decode_header(token).ok());
        // What a token says must be understood, and is not, makes it invalid (RFC 7515, 4.1.11).
        let header = header.filter(|header| header.crit.is_none()).ok_or("invalid")?;
        let held = self.held.read().unwrap_or_else(PoisonError::into_inner);
        let named = |key: &&Jwk| key.common.key_id.is_none() || key.common.key_id == header.kid;
        let jwk = held.keys.iter().find(named).ok_or("unknown_key")?;
        let key = DecodingKey::from_jwk(jwk).map_err(|_| "invalid")?;
        // A key is for one algorithm, whatever the token says; a secret one is for none.
        let algorithm = match (key.family(), jwk.common.key_algorithm) {
            (AlgorithmFamily::Rsa, None | Some(KeyAlgorithm::RS256)) => Algorithm::RS256,
            (AlgorithmFamily::Ec, None | Some(KeyAlgorithm::ES256)) => Algorithm::ES256,
            (AlgorithmFamily::Ed, None | Some(KeyAlgorithm::EdDSA)) => Algorithm::EdDSA,
            _ => return Err("invalid"),
        };
        let rules = Validation { algorithms: vec![algorithm], ..self.rules.clone() };
        let token = decode::<serde_json::Value>(token, &key, &rules).map_err(|error| match error.kind() {
            ErrorKind::ExpiredSignature => "expired",
            _ => "invalid",
        })?;
        let [name, scopes] = ["sub", "scope"].map(|claim| token.claims[claim].as_str().unwrap_or_default());
        // OpenID Connect allows no longer name.
        if (1..=255).contains(&name.len()) { Ok(Caller::new(name, scopes)) } else { Err("invalid") }
    }

    /// Fetches the keys now and then. Does not return.
    pub async fn renew(&self) {
        loop {
            self.fetch().await;
            sleep(REFRESH).await;
        }
    }

    /// Fetches the keys, unless that was done a moment ago. Who comes meanwhile waits for the outcome.
    async fn fetch(&self) {
        let mut fetched = self.fetched.lock().await;
        let due = fetched.is_none_or(|at| at.elapsed() >= BETWEEN);
        let Some(url) = self.url.clone().filter(|_| due) else { return };
        *fetched = Some(Instant::now());
        match self.download(url).await {
            Ok(set) => *self.held.write().unwrap_or_else(PoisonError::into_inner) = set,
            Err(error) => tracing::warn!(error = format!("{error:#}"), "the keys of the issuer cannot be fetched"),
        }
    }

    async fn download(&self, url: reqwest::Url) -> anyhow::Result<JwkSet> {
        let mut answer = self.client.get(url).send().await?.error_for_status()?;
        let mut json = Vec::new();
        while let Some(more) = answer.chunk().await? {
            json.extend(more);
            anyhow::ensure!(json.len() <= SET, "the set is too large");
        }
        Ok(serde_json::from_slice(&json)?)
    }
}

/// Who sent this token, or why that is not known; fetches the keys if it names one that is not here.
///
/// # Errors
/// If there are no keys.
pub async fn verify(app: &Arc<App>, token: &str) -> Result<Result<Caller, &'static str>, Error> {
    let checked = app.keys.check(token);
    if !matches!(checked, Err("unknown_key")) {
        return Ok(checked);
    }
    let asked = Arc::clone(app);
    // In a task of its own: it must not end with the client that came first.
    tokio::spawn(async move { asked.keys.fetch().await }).await.ok();
    let none = app.keys.held.read().unwrap_or_else(PoisonError::into_inner).keys.is_empty();
    if none { Err(Error::of(503).because("there are no keys of the issuer")) } else { Ok(app.keys.check(token)) }
}

/// The set with the one key of a PEM file; without a path, the empty one.
///
/// # Errors
/// If there is no such file, or no public key in it.
pub fn read(path: &str) -> anyhow::Result<JwkSet> {
    let Some(path) = Some(path).filter(|path| !path.is_empty()) else { return Ok(JwkSet::default()) };
    let pem = std::fs::read(path)?;
    let formats = [DecodingKey::from_rsa_pem, DecodingKey::from_ec_pem, DecodingKey::from_ed_pem];
    let key = formats.iter().find_map(|format| format(&pem).ok());
    let jwk = key.and_then(|key| Jwk::from_decoding_key(&key, None).ok()).context("no public key in PEM")?;
    Ok(JwkSet { keys: vec![jwk] })
}

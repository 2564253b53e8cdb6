//! Who may write. Reads are public; a write takes a credential that has the scope `products:write`, sent as
//! `Authorization: Bearer …`. A refusal says why as RFC 6750 has it.

use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Request};
use axum::http::{HeaderMap, header, request::Parts};
use axum::response::{IntoResponse, Response};

use super::{Platform, error::Error, keys};

/// Somebody whose credential was verified.
pub struct Caller {
    pub name: Arc<str>,
    pub may_write: bool,
}

impl Caller {
    /// With scopes as RFC 6749 has them: words between spaces.
    pub fn new(name: &str, scopes: &str) -> Self {
        Self { name: name.into(), may_write: scopes.split(' ').any(|scope| scope == "products:write") }
    }
}

/// What handlers of writes take in the place of the state: a request that may not write does not get to them.
pub struct Writer<App>(pub Arc<App>);

impl<App: AsRef<Arc<Platform>> + Send + Sync> FromRequestParts<Arc<App>> for Writer<App> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let credential = bearer(&parts.headers).ok_or_else(|| refuse("missing"))?;
        let verified = keys::verify((**app).as_ref(), credential).await.map_err(IntoResponse::into_response)?;
        let caller = verified.map_err(refuse)?;
        // For the log.
        parts.extensions.get_or_insert_default::<Arc<OnceLock<_>>>().set(Arc::clone(&caller.name)).ok();
        if caller.may_write { Ok(Self(Arc::clone(app))) } else { Err(refuse("scope")) }
    }
}

/// Lets the extractor say, for the log, who the caller is.
pub fn with_caller(mut request: Request, caller: &Arc<OnceLock<Arc<str>>>) -> Request {
    request.extensions_mut().insert(Arc::clone(caller));
    request
}

/// The credential that a request carries.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, credential) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(credential.trim())
}

/// The reason is for the log and the count; the client learns only what it can do about it.
fn refuse(reason: &'static str) -> Response {
    //~ if monitoring
    metrics::counter!("auth_failures_total", "reason" => reason).increment(1);
    //~ endif
    let (code, challenge) = match reason {
        "missing" => (401, r#"Bearer scope="products:write""#),
        "scope" => (403, r#"Bearer error="insufficient_scope", scope="products:write""#),
        _ => (401, r#"Bearer error="invalid_token""#),
    };
    ([(header::WWW_AUTHENTICATE, challenge)], Error::of(code).because(reason)).into_response()
}

//! Who may write. Reads are public; a write takes a credential that has the scope `products:write`, sent as
//! `Authorization: Bearer …`. A refusal says why as RFC 6750 has it.

use std::sync::{Arc, OnceLock};

//~ if limiter
use axum::extract::{FromRequestParts, Request};
//~ else
use axum::extract::FromRequestParts;
//~ endif
use axum::http::{HeaderMap, header, request::Parts};
use axum::response::{IntoResponse, Response};

//~ if limiter
use super::{error::Error, keys, limiter};
//~ else
use super::{error::Error, keys};
//~ endif
use crate::app::App;

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
pub struct Writer(pub Arc<App>);

impl FromRequestParts<Arc<App>> for Writer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let credential = bearer(&parts.headers).ok_or_else(|| refuse("missing"))?;
        let verified = keys::verify(app, credential).await.map_err(IntoResponse::into_response)?;
        let caller = verified.map_err(refuse)?;
        // For the log.
        parts.extensions.get_or_insert_default::<Arc<OnceLock<_>>>().set(Arc::clone(&caller.name)).ok();
        if caller.may_write { Ok(Self(Arc::clone(app))) } else { Err(refuse("scope")) }
    }
}
//~ if limiter

/// Whose quota a request counts against: the caller's, if that can be told without waiting for anything. Any other
/// credential counts against the address that it comes from, and nothing is looked up for it before that was counted.
pub fn client(app: &App, request: &Request) -> Arc<str> {
    let caller = bearer(request.headers()).and_then(|credential| app.keys.known(credential));
    // The sign keeps a caller from being taken for an address.
    caller.map_or_else(|| limiter::client(app, request).to_string().into(), |name| format!("@{name}").into())
}
//~ endif

fn bearer(headers: &HeaderMap) -> Option<&str> {
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

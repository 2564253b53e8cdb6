//! Authorization. An operation that requires a scope needs a credential with that scope, sent as `Authorization: Bearer
//! …`. A rejection has its reason in `WWW-Authenticate` (RFC 6750).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::extract::Request;
use axum::http::{HeaderMap, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::{Operation, PathItem, Paths};
use utoipa::openapi::security::{SecurityRequirement, SecurityScheme};
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

use super::{Platform, bearer, error::Error, keys};

/// The name of the security scheme in the description of the API.
pub const SCHEME: &str = "credential";

/// The state for checking a credential. An extension of each request, because a layer of a route cannot access the
/// state.
#[derive(Clone)]
struct Access {
    platform: Arc<Platform>,
    /// The caller's name, for the log.
    caller: Arc<OnceLock<Arc<str>>>,
}

/// Adds the state that [`require`] needs to the request. `caller` is set once a credential is verified.
pub fn with_access(mut request: Request, platform: &Arc<Platform>, caller: &Arc<OnceLock<Arc<str>>>) -> Request {
    let access = Access { platform: Arc::clone(platform), caller: Arc::clone(caller) };
    request.extensions_mut().insert(access);
    request
}

/// Makes these operations require a credential with this scope, also in their API description. A request that is not
/// allowed is rejected before its body is read. Other methods of the same paths are still 405.
pub fn require<S>(scope: &'static str) -> impl Fn(UtoipaMethodRouter<S>) -> UtoipaMethodRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let check = move |Extension(access): Extension<Access>, request: Request, next: Next| async move {
        match check(&access, scope, request.headers()).await {
            Ok(()) => next.run(request).await,
            Err(refusal) => refusal,
        }
    };
    move |(schemas, mut paths, methods)| {
        operations(&mut paths).for_each(|operation| describe(operation, scope));
        (schemas, paths, methods.route_layer(from_fn(check)))
    }
}

/// Adds to the description of the API how a credential is sent.
pub fn describe_scheme<S>(mut router: OpenApiRouter<S>) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    let scheme = serde_json::from_str::<SecurityScheme>(include_str!("../../assets/credential.json"));
    let components = router.get_openapi_mut().components.get_or_insert_default();
    components.add_security_scheme(SCHEME, scheme.expect("a test reads it"));
    router
}

/// The scopes that operations require.
pub fn scopes(paths: &mut Paths) -> BTreeSet<String> {
    let requirements = operations(paths).flat_map(|operation| operation.security.iter().flatten());
    let scopes = requirements.flat_map(|requirement| {
        let scopes = serde_json::to_value(requirement).and_then(serde_json::from_value);
        let mut scopes: BTreeMap<String, Vec<String>> = scopes.expect("a requirement lists scopes by scheme");
        scopes.remove(SCHEME).unwrap_or_default()
    });
    scopes.collect()
}

async fn check(access: &Access, scope: &str, headers: &HeaderMap) -> Result<(), Response> {
    let credential = bearer::token(headers).ok_or_else(|| refuse("missing", scope))?;
    let verified = keys::verify(&access.platform, credential).await.map_err(IntoResponse::into_response)?;
    let caller = verified.map_err(|reason| refuse(reason, scope))?;
    access.caller.set(Arc::clone(&caller.name)).ok();
    if caller.has(scope) { Ok(()) } else { Err(refuse("scope", scope)) }
}

fn describe(operation: &mut Operation, scope: &str) {
    let failures = include_str!("../../assets/write_failures.json").replace("SCOPE", scope);
    let failures: BTreeMap<_, _> = serde_json::from_str(&failures).expect("a test reads it");
    operation.responses.responses.extend(failures);
    operation.security = Some(vec![SecurityRequirement::new(SCHEME, [scope])]);
}

fn operations(paths: &mut Paths) -> impl Iterator<Item = &mut Operation> {
    let items = paths.paths.values_mut();
    items.flat_map(|PathItem { get, put, post, delete, .. }| [get, put, post, delete]).flatten()
}

/// The reason is logged and counted; the response has only what the client needs to correct the request.
fn refuse(reason: &'static str, scope: &str) -> Response {
    //~ if monitoring
    metrics::counter!("auth_failures_total", "reason" => reason).increment(1);
    //~ endif
    let (code, challenge) = match reason {
        "missing" => (401, format!(r#"Bearer scope="{scope}""#)),
        "scope" => (403, format!(r#"Bearer error="insufficient_scope", scope="{scope}""#)),
        _ => (401, r#"Bearer error="invalid_token""#.to_owned()),
    };
    let (r#type, message) = match code {
        401 => ("unauthorized", "a valid credential is required"),
        _ => ("forbidden", "the credential does not allow this"),
    };
    let error = Error { r#type, message, ..Error::of(code) };
    ([(header::WWW_AUTHENTICATE, challenge)], error.because(reason)).into_response()
}

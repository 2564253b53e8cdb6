//! JWT of an external issuer, verified with the keys of a JWKS.

use super::auth::{count_rejections, writes_are_refused};
use super::{Feature, Offer, Wanted};
use crate::choice::{Auth, Value};
use crate::part::versions::{AWS_LC_RS, BASE64, JSONWEBTOKEN, REQWEST, TEMPFILE, TOKIO};
use crate::part::{Deployed, Group, Layer, Limits, Manifest, Parts, Settings};
use crate::stack::Stack;

pub(super) const AUTH_JWT: Feature = Feature {
    id: "auth-jwt",
    wanted: Wanted::Value(
        Value::Auth(Auth::Jwt),
        Offer {
            label: "JWT",
            clause: "tokens of an existing issuer",
            cost: "a token issuer; verification costs CPU but no request",
            why: "For users and programs that already sign in elsewhere. Algorithm, issuer, audience and expiry are checked.",
            pick: "when you already have an identity provider",
        },
    ),
    contribute,
};

fn contribute(_: &Stack, parts: &mut Parts) {
    add_settings(&mut parts.settings);
    add_limits(&mut parts.limits);
    add_crates(&mut parts.manifest);
    // The trusted issuer has no default: that file sets the one of the example.
    let run = parts.next_steps.iter().position(|step| step == "cargo run").unwrap_or_default();
    parts.next_steps.insert(run, "cp .env.example .env".into());
    count_rejections(parts, &["expired", "unknown_key"]);
    writes_are_refused(parts, "tokens");
}

fn add_settings(settings: &mut Settings) {
    settings
        .require(Group::Access, "JWT_ISSUER", "http://127.0.0.1:9000", "Issuer of the tokens, their `iss`; required")
        .deployed(Deployed::ByOperator { meaning: "the issuer of the tokens", example: "https://login.example.com" });
    settings
        .require(Group::Access, "JWT_AUDIENCE", "products", "Audience of the tokens, one of their `aud`; required")
        .deployed(Deployed::ByOperator { meaning: "the audience of the tokens", example: "products" });
    settings
        .require(
            Group::Access,
            "JWT_JWKS_URL",
            "http://127.0.0.1:9000/.well-known/jwks.json",
            "URL of the issuer's JWK set; required, unless JWT_PUBLIC_KEY is set",
        )
        .http()
        .deployed(Deployed::ByOperator {
            meaning: "the URL of the issuer's keys",
            example: "https://login.example.com/.well-known/jwks.json",
        });
    let about = "PEM file with the issuer's only public key, instead of JWT_JWKS_URL";
    settings.add(Group::Access, "JWT_PUBLIC_KEY", "", about);
}

fn add_limits(limits: &mut Limits) {
    let fetch = "2 s, every 5 minutes and at most every 10 s";
    let then = "the known keys are used; without any, 503";
    limits.time_out(Layer::Call, "fetching the keys of the issuer", fetch, then);
    limits.bound("a token", "8 KiB", "401, before it is parsed");
    limits.bound("the issuer's key set", "64 KiB", "rejected; the known keys are kept");
}

fn add_crates(manifest: &mut Manifest) {
    manifest.add(JSONWEBTOKEN.features(&["aws_lc_rs", "use_pem"]));
    manifest.add(REQWEST.features(&["rustls"]));
    // The issuer of the tests and of the example signs with generated keys.
    manifest.add_dev(AWS_LC_RS.plain());
    manifest.add_dev(BASE64.plain());
    manifest.add_dev(TEMPFILE.plain());
    manifest.add_dev(TOKIO.features(&["test-util"]));
}

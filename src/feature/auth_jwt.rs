//! JWT of an external issuer, verified with the keys of a JWKS.

use super::shared::writes_are_refused;
use super::{Feature, Offer, Wanted};
use crate::choice::{Auth, Value};
use crate::part::versions::{AWS_LC_RS, BASE64, JSONWEBTOKEN, REQWEST, TEMPFILE, TOKIO};
use crate::part::{Deployed, Group, Layer};

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
    contribute: |_, parts| {
        parts
            .settings
            .require(
                Group::Access,
                "JWT_ISSUER",
                "http://127.0.0.1:9000",
                "Issuer of the tokens, their `iss`; required",
            )
            .deployed(Deployed::ByOperator {
                meaning: "the issuer of the tokens",
                example: "https://login.example.com",
            });
        parts
            .settings
            .require(Group::Access, "JWT_AUDIENCE", "products", "Audience of the tokens, one of their `aud`; required")
            .deployed(Deployed::ByOperator { meaning: "the audience of the tokens", example: "products" });
        parts
            .settings
            .require(
                Group::Access,
                "JWT_JWKS_URL",
                "http://127.0.0.1:9000/.well-known/jwks.json",
                "URL of the issuer's JWK set; required, unless JWT_PUBLIC_KEY is set",
            )
            .deployed(Deployed::ByOperator {
                meaning: "the URL of the issuer's keys",
                example: "https://login.example.com/.well-known/jwks.json",
            });
        let about = "PEM file with the issuer's only public key, instead of JWT_JWKS_URL";
        parts.settings.add(Group::Access, "JWT_PUBLIC_KEY", "", about);
        // The trusted issuer has no default: that file sets the one of the example.
        let run = parts.next_steps.iter().position(|step| step == "cargo run").unwrap_or_default();
        parts.next_steps.insert(run, "cp .env.example .env".into());
        parts.series.of("auth").labelled(
            "auth_failures_total",
            "reason",
            &["expired", "unknown_key"],
            "Writes answered with 401 or 403, by reason",
        );
        let fetch = "2 s, every 5 minutes and at most every 10 s";
        let then = "the known keys are used; without any, 503";
        parts.limits.time_out(Layer::Call, "fetching the keys of the issuer", fetch, then);
        parts.limits.bound("a token", "8 KiB", "401, before it is parsed");
        parts.limits.bound("the issuer's key set", "64 KiB", "rejected; the known keys are kept");
        writes_are_refused(&mut parts.symptoms, "tokens");
        parts.manifest.add(JSONWEBTOKEN.features(&["aws_lc_rs", "use_pem"]));
        parts.manifest.add(REQWEST.features(&["rustls"]));
        // The issuer of the tests and of the example signs with generated keys.
        parts.manifest.add_dev(AWS_LC_RS.plain());
        parts.manifest.add_dev(BASE64.plain());
        parts.manifest.add_dev(TEMPFILE.plain());
        parts.manifest.add_dev(TOKIO.features(&["test-util"]));
    },
};

//! Tokens that somebody else issues: JWT, verified with the keys of a JWKS.

use super::{Feature, Offer, Wanted};
use crate::choice::{Auth, Value};
use crate::part::versions::{AWS_LC_RS, BASE64, JSONWEBTOKEN, REQWEST, TEMPFILE, TOKIO};

pub(super) const AUTH_JWT: Feature = Feature {
    id: "auth-jwt",
    wanted: Wanted::Value(
        Value::Auth(Auth::Jwt),
        Offer {
            label: "JWT",
            clause: "tokens of an issuer that you already have",
            cost: "an issuer to get tokens from; verification costs CPU and no look-up",
            why: "For people and programs that already sign in somewhere. Algorithm, issuer, audience and expiry are pinned.",
            pick: "when an identity provider signs people or programs in already",
        },
    ),
    contribute: |_, parts| {
        for (name, example, about) in [
            ("JWT_ISSUER", "http://127.0.0.1:9000", "The issuer of tokens, their `iss`; to be set"),
            ("JWT_AUDIENCE", "products", "What tokens are issued for, this service: one of their `aud`; to be set"),
            (
                "JWT_JWKS_URL",
                "http://127.0.0.1:9000/.well-known/jwks.json",
                "Where the issuer publishes its keys, as a JWK set; to be set, or JWT_PUBLIC_KEY",
            ),
        ] {
            parts.settings.require(name, example, about);
        }
        let about = "File with the issuer's one public key in PEM, instead of JWT_JWKS_URL";
        parts.settings.add("JWT_PUBLIC_KEY", "", about);
        // Which issuer to trust has no default: that file names the one of the example.
        parts.next_steps.insert(0, "cp .env.example .env".into());
        parts.series.labelled(
            "auth_failures_total",
            "reason",
            &["expired"],
            "Writes answered with 401 or 403, by reason",
        );
        parts.manifest.add(JSONWEBTOKEN.features(&["aws_lc_rs", "use_pem"]));
        parts.manifest.add(REQWEST.features(&["rustls"]));
        // The issuer of the tests and of the example signs with keys of its own.
        parts.manifest.add_dev(AWS_LC_RS.plain());
        parts.manifest.add_dev(BASE64.plain());
        parts.manifest.add_dev(TEMPFILE.plain());
        parts.manifest.add_dev(TOKIO.features(&["test-util"]));
    },
};

//! API keys of 256 bits that the service generates.

use super::auth::{count_rejections, writes_are_refused};
use super::{Feature, Offer, Wanted};
use crate::choice::{Auth, Limiter, Value};
use crate::part::versions::{BASE64, GETRANDOM, SHA2, SUBTLE, TOKIO};
use crate::part::{Deployed, Group};

pub(super) const AUTH_API_KEY: Feature = Feature {
    id: "auth-api-key",
    wanted: Wanted::Value(
        Value::Auth(Auth::ApiKey),
        Offer {
            label: "API keys",
            clause: "keys that the service generates, stores hashed and revokes",
            cost: "a table of hashed keys, and commands to create, list and revoke them",
            why: "For programs as clients, without another service. Revocation takes effect at once.",
            pick: "when the clients are programs that you know by name",
        },
    ),
    contribute: |stack, parts| {
        let about = "Prefix of the API keys of this environment; keys of another are rejected";
        parts.settings.add(Group::Access, "API_KEY_ENVIRONMENT", "dev", about).deployed(Deployed::As("live"));
        count_rejections(parts, &["revoked", "unknown"]);
        match stack.limiter {
            Limiter::Memory | Limiter::Redis => {
                let keys = "verified keys that the limiter remembers";
                parts.limits.bound(keys, "those used in the last 30 s", "forgotten");
            }
            Limiter::None => {}
        }
        writes_are_refused(parts, "api-keys");
        parts.manifest.add(BASE64.plain());
        parts.manifest.add(GETRANDOM.plain());
        parts.manifest.add(SHA2.plain());
        parts.manifest.add(SUBTLE.plain());
        parts.manifest.add_dev(TOKIO.features(&["test-util"]));
    },
};

//! Keys of 256 bits that the service makes itself.

use super::{Feature, Offer, Wanted};
use crate::choice::{Auth, Value};
use crate::plan::versions::{BASE64, GETRANDOM, SHA2, SUBTLE, TOKIO};

pub(super) const AUTH_API_KEY: Feature = Feature {
    id: "auth-api-key",
    wanted: Wanted::Value(
        Value::Auth(Auth::ApiKey),
        Offer {
            label: "API keys",
            cost: "a table of hashed keys, and commands to make, list and revoke them",
            why: "For programs as clients, with nothing else to run. A revoked key ends at once.",
        },
    ),
    contribute: |plan| {
        let about = "What API keys of this environment begin with; those of another are refused";
        plan.settings.add("API_KEY_ENVIRONMENT", "dev", about);
        plan.manifest.add(BASE64.plain());
        plan.manifest.add(GETRANDOM.plain());
        plan.manifest.add(SHA2.plain());
        plan.manifest.add(SUBTLE.plain());
        plan.manifest.add_dev(TOKIO.features(&["test-util"]));
    },
};

//! Credentials of the tests, and the issuer behind them.

use std::sync::OnceLock;

use super::issuer::{Issuer, Signer, claims};
use super::server::TestServer;

struct Shared {
    signer: Signer,
    flag: String,
    credential: String,
    _issuer: Issuer,
}

/// The issuer of all servers that are not started with another.
fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    SHARED.get_or_init(|| {
        let signer = Signer::es256("shared");
        let issuer = Issuer::start(&[&signer]);
        let credential = format!("Bearer {}", signer.sign(claims("tests", &scopes())));
        Shared { flag: issuer.flag(), credential, signer, _issuer: issuer }
    })
}

/// The flags that configure this issuer and the URL of its keys.
pub fn flags() -> [&'static str; 3] {
    ["--jwt-issuer=http://127.0.0.1:9000", "--jwt-audience=products", &shared().flag]
}

/// A credential that may write.
pub fn credential() -> String {
    shared().credential.clone()
}

/// The credential of another caller, with these scopes.
pub async fn credential_of(_: &TestServer, name: &str, scopes: &str) -> String {
    format!("Bearer {}", shared().signer.sign(claims(name, scopes)))
}

/// All scopes that operations require.
fn scopes() -> String {
    let scopes = app::platform::auth::scopes(&mut app::app::operations().into_openapi().paths);
    scopes.into_iter().collect::<Vec<_>>().join(" ")
}

/// A forged credential: its token names the right key but is signed with another.
pub fn forged() -> String {
    format!("Bearer {}", Signer::es256("shared").sign(claims("tests", "products:write")))
}

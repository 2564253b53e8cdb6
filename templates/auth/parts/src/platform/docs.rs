//= components
    let credential =
        serde_json::from_str::<utoipa::openapi::security::SecurityScheme>(include_str!("../../assets/credential.json"));
    let credential = credential.expect("a test reads it");
    api.components.get_or_insert_default().add_security_scheme(super::auth::SCHEME, credential);

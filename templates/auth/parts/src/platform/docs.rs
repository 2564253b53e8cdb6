//= failures
    let of_write = read(include_str!("../../assets/write_failures.json"));
//= operation
            if operation.security.is_some() {
                operation.responses.responses.extend(of_write.clone());
            }
//= components
    let credential =
        serde_json::from_str::<utoipa::openapi::security::SecurityScheme>(include_str!("../../assets/credential.json"));
    let credential = credential.expect("a test reads it");
    api.components.get_or_insert_default().add_security_scheme("credential", credential);

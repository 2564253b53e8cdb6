//= failures
    let with_body = read(include_str!("../../assets/body_failures.json"));
//= operation
            if operation.request_body.is_some() {
                operation.responses.responses.extend(with_body.clone());
            }

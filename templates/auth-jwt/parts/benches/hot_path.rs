//= arguments
        // No request is sent to this issuer.
        let issuer = ["--jwt-issuer=http://issuer", "--jwt-audience=app", "--jwt-jwks-url=http://issuer/keys"];
        let arguments = [&arguments[..], &issuer].concat();

//= arguments
        // Nothing is asked of this issuer.
        let issuer = ["--jwt-issuer=http://issuer", "--jwt-audience=app", "--jwt-jwks-url=http://issuer/keys"];
        let arguments = [&arguments[..], &issuer].concat();

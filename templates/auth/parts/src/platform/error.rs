//= 401 and 403
            401 => ("unauthorized", "a valid credential is required"),
            403 => ("forbidden", "the credential does not allow this"),

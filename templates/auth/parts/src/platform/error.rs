//= 401 and 403
            401 => ("unauthorized", "this takes a valid credential"),
            403 => ("forbidden", "the credential does not allow this"),

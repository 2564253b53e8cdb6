//= 409 and 412
            409 => ("conflict", "this conflicts with what is there"),
            412 => ("precondition_failed", "the resource is not in the state that the request asks for"),

//= call
            let mut request = request;
            let call = super::calls::Call::start(&mut request);
//= called
            call.answered(response.status());

//= request
            let line = line.record();

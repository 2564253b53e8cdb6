//= new
            keys: keys::Keys::new(&settings.keys),

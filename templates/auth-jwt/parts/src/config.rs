//= contradictions
        let serves = matches!(config.command, None | Some(Command::Serve));
        let contradictions = [contradictions, config.platform.keys.contradictions(serves)].concat();

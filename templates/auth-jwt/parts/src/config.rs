//= contradictions
        let serves = matches!(self.command, None | Some(Command::Serve));
        found.extend(self.platform.keys.contradictions(serves));

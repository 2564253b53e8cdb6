//= process
        Self { public, admin, program }

//= use
use crate::scrape::Agent;
//= fixture
    /// Receives the metrics of the server.
    pub agent: Agent,
//= set-up
        let agent = Agent::start();
        // The port comes last: a test may give the flags of another server, whose agent this one must not use.
        let flags = [agent.flags(), flags, vec![agent.port()]].concat();
//= values
            agent,
//= ready
        self.agent.receives_from(admin);

//= use
use crate::scrape::Agent;
//= fixture
    /// Receives the metrics of the server.
    pub agent: Agent,
//= set-up
        let agent = Agent::start();
        let flags = [agent.flags(), flags].concat();
//= values
            agent,
//= ready
        self.agent.receives_from(admin);

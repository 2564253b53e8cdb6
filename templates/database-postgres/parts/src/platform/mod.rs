//= contradictions
        found.extend(engine::contradictions());
//= engine
pub use postgres as engine;


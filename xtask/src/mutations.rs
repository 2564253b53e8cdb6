//! A test that cannot fail proves nothing: code of generated projects is broken in one place at a time, and the test
//! that is there for it has to fail.
//!
//! A mutation is text that stands in a file exactly once and what takes its place. It must still compile.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use restwell::preset::Preset;
use restwell::stack::Stack;

use crate::program::Output;
use crate::servers::{Kind, Servers};
use crate::tally::Tally;
use crate::{dirs, project};

/// One thing that is broken, and who has to notice.
struct Mutation {
    what: &'static str,
    /// Under `src/`.
    file: &'static str,
    from: &'static str,
    to: &'static str,
    /// The test, by its full name.
    test: &'static str,
}

/// A preset and what is broken in it. Two presets have all that can be broken, and `fresh` has built what they need.
const STACKS: &[(&str, &[Mutation])] = &[("standard", STANDARD), ("scale", SCALE)];

const STANDARD: &[Mutation] = &[
    Mutation {
        what: "overload is looked at before the quota",
        file: "guard.rs",
        from: "limiter::apply(Arc::clone(&app), client, handle(Arc::clone(&app), route.call(request)))",
        to: "handle(Arc::clone(&app), limiter::apply(Arc::clone(&app), client, route.call(request)))",
        test: "limiter::a_refused_request_needs_no_place_among_those_in_flight",
    },
    Mutation {
        what: "the first forwarded address is trusted",
        file: "limiter.rs",
        from: "hosts.nth(beyond)?",
        to: "hosts.last()?",
        test: "limiter::behind_one_proxy_only_the_last_address_counts_over_all_header_lines",
    },
    Mutation {
        what: "a load ends with the client that began it",
        file: "cache.rs",
        from: "tokio::spawn(store).await.map_err(|panic| Error::of(500).because(panic))?.into_value()",
        to: "store.await.into_value()",
        test: "cache::a_load_goes_on_when_the_client_that_began_it_leaves",
    },
    Mutation {
        what: "copies that were stored together expire together",
        file: "cache.rs",
        from: "ttl.mul_f64(1.0 - fastrand::f64() / 5.0)",
        to: "ttl",
        test: "cache::of_10_000_copies_stored_together_under_15_percent_expire_in_one_second",
    },
    Mutation {
        what: "an error of the database is shown to the client",
        file: "db.rs",
        from: "Self::of(code).because(error)",
        to: "Self::new(code, error.to_string())",
        test: "database::a_statement_that_fails_is_500_and_tells_nothing",
    },
];

const SCALE: &[Mutation] = &[
    Mutation {
        what: "the breaker never opens",
        file: "breaker.rs",
        from: "..FAILURES => Turn::Go,",
        to: "..=u32::MAX => Turn::Go,",
        test: "upstream::silence_costs_the_timeout_until_the_breaker_opens_and_nothing_after",
    },
    Mutation {
        what: "a time-out is no failure for the breaker",
        file: "breaker.rs",
        from: "let failed = answer.is_err();",
        to: "let failed = answer.as_ref().is_err_and(|error| !error.starts_with(\"no answer\"));",
        test: "upstream::silence_costs_the_timeout_until_the_breaker_opens_and_nothing_after",
    },
    Mutation {
        what: "calls are made again without a budget",
        file: "upstream.rs",
        from: "response.is_err() && self.retries.withdraw()",
        to: "response.is_err()",
        test: "upstream::second_tries_end_with_their_budget",
    },
    Mutation {
        what: "a call outlives the request's deadline",
        file: "upstream.rs",
        from: "config.upstream_timeout.min(config.request_timeout * 9 / 10)",
        to: "config.upstream_timeout",
        test: "upstream::the_deadline_of_the_request_is_never_reached_by_waiting",
    },
    Mutation {
        what: "a write only removes the shared copy",
        file: "remote.rs",
        from: "store::put(&self.store, &self.key(id), WRITTEN, WRITTEN_FOR, false).await.is_none()",
        to: "self.store.run(async |mut redis| redis::cmd(\"DEL\").arg(self.key(id)).exec_async(&mut redis).await).await.is_none()",
        test: "remote::a_load_begun_before_a_write_of_another_replica_never_outlives_it",
    },
    Mutation {
        what: "a load is shared whatever was written since",
        file: "store.rs",
        from: ".arg(new.then_some(\"NX\"))",
        to: "",
        test: "remote::a_load_begun_before_a_write_of_another_replica_never_outlives_it",
    },
    Mutation {
        what: "a write that the server did not hear of is forgotten",
        file: "remote.rs",
        from: "self.distrusted.insert(id & 1023, ()).await;",
        to: "",
        test: "remote::a_replica_that_could_not_tell_the_server_of_its_write_does_not_read_the_old_value_there",
    },
    Mutation {
        what: "without Redis nobody is limited",
        file: "shared_limit.rs",
        from: "return app.limiter.check(client);",
        to: "return Verdict { allowed: true, remaining: 0, retry: 0, reset: 0 };",
        test: "shared_limit::while_redis_does_not_answer_each_replica_limits_and_nobody_waits",
    },
    Mutation {
        what: "a token says by which algorithm it is verified",
        file: "keys.rs",
        from: "algorithms: vec![algorithm]",
        to: "algorithms: vec![header.alg]",
        test: "tokens::forged_tokens_are_401_and_the_log_says_why",
    },
];

/// Runs the stage.
pub(crate) fn run() -> Result<()> {
    let mut tally = Tally::new("mutations")?;
    let Some(servers) = tally.check("servers", || Servers::start(&Kind::ALL)) else {
        return tally.close();
    };
    for (preset, mutations) in STACKS {
        let preset = Preset::named(preset).context("a preset of this name")?;
        let patient = Patient::new(&project::preset(&preset)?, preset.id, &servers)?;
        let tests: Vec<&str> = mutations.iter().map(|mutation| mutation.test).collect();
        if tally.check(&format!("{}: all passes before", preset.id), || patient.passes(&tests)).is_some() {
            for mutation in *mutations {
                tally.note(&format!("{}: {}", preset.id, mutation.what), || patient.suffers(mutation));
            }
        }
    }
    tally.close()
}

/// A project that is broken and mended again.
struct Patient {
    folder: PathBuf,
    variables: Vec<(String, String)>,
}

impl Patient {
    fn new(stack: &Stack, preset: &str, servers: &Servers) -> Result<Self> {
        let folder = dirs::target().join("mutations").join(preset);
        fs::create_dir_all(&folder)?;
        project::write(&project::render(stack, &format!("{preset}-mutated"))?, &folder)?;
        Ok(Self { folder, variables: servers.for_tests(stack) })
    }

    fn passes(&self, tests: &[&str]) -> Result<()> {
        let output = self.test(tests)?;
        let unknown = tests.iter().find(|test| !output.stdout.contains(&format!("test {test} ... ok")));
        match unknown {
            _ if !output.status.success() => bail!("{}", output.tail()),
            Some(test) => bail!("there is no test `{test}`"),
            None => Ok(()),
        }
    }

    /// Breaks it, has the test fail, and mends it, whatever came of that.
    fn suffers(&self, mutation: &Mutation) -> Result<String> {
        let Mutation { what: _, file, from, to, test } = mutation;
        let path = self.folder.join("src").join(file);
        let healthy = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let broken = broken(&healthy, from, to).with_context(|| path.display().to_string())?;
        fs::write(&path, broken)?;
        let output = self.test(&[*test]);
        fs::write(&path, healthy)?;
        let output = output?;
        match output.stdout.contains(&format!("test {test} ... FAILED")) {
            true => Ok(format!("`{test}` fails")),
            false if output.status.success() => bail!("`{test}` passes"),
            false => bail!("it does not compile\n{}", output.tail()),
        }
    }

    fn test(&self, tests: &[&str]) -> Result<Output> {
        project::cargo(&self.folder)
            .args(["test", "--locked", "--quiet", "--test", "api", "--", "--exact", "--format=pretty"])
            .args(tests)
            .envs(&self.variables)
            .limit(Duration::from_secs(900))
            .capture()
    }
}

fn broken(healthy: &str, from: &str, to: &str) -> Result<String> {
    match healthy.matches(from).count() {
        1 => Ok(healthy.replacen(from, to, 1)),
        count => bail!("`{from}` stands in it {count} times, not once"),
    }
}

#[cfg(test)]
mod tests {
    use restwell::plan::Plan;

    use super::*;

    #[test]
    fn every_mutation_fits_what_is_rendered() {
        for (preset, mutations) in STACKS {
            let preset = Preset::named(preset).expect("a preset");
            let stack = project::preset(&preset).expect("it is valid");
            let tree = Plan::new(&stack, "fits").sources().expect("it renders");
            for Mutation { what, file, from, to, .. } in *mutations {
                let file = tree.get(format!("src/{file}").as_str()).unwrap_or_else(|| panic!("{what}: no {file}"));
                let text = String::from_utf8(file.bytes.clone()).expect("source is text");
                broken(&text, from, to).unwrap_or_else(|error| panic!("{what}: {error}"));
            }
        }
    }
}

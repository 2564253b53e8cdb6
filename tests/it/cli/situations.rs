//! Errors that need more than a command line: a project, a file, a full disk. Every fix of each, pasted where the error
//! was reported, succeeds.

use std::collections::BTreeSet;

use super::fixes::{code, nearest};
use super::session::{Ran, shell};

/// How an error comes about in a new project of `standard`.
struct Situation {
    code: &'static str,
    /// What happens before, as a script.
    before: &'static str,
    /// The line that fails, and the end of each command that it offers.
    fails: &'static str,
    offers: &'static [&'static str],
}

const fn situation(
    code: &'static str,
    before: &'static str,
    fails: &'static str,
    offers: &'static [&'static str],
) -> Situation {
    Situation { code, before, fails, offers }
}

/// Restwell and the programs of the system are on the path.
const NO_CARGO: &str = "PATH=${PATH%%:*}:/usr/bin:/bin";
const FAILING_CARGO: &str =
    "mkdir $HOME/bin && printf '#!/bin/sh\\n[ $1 != check ]\\n' > $HOME/bin/cargo && chmod +x $HOME/bin/cargo";
const CONFLICT: &str = "sed -i 's/It stores products in SQLite/It stores tea in SQLite/' README.md";
const FORGOTTEN: &str = "echo >> Cargo.lock; sed -i \"s/^digest .*/digest mixed/; s/^hash Cargo.lock [0-9a-f]*/hash Cargo.lock $(printf %064d 1)/\" .restwell/base";
const OLDER: &str = "sed -i 's/^restwell .*/restwell 99.0.0/' .restwell/base";
const POLICY: &str = "printf '[choices]\\nauth = \"jwt\"\\n' > policy.toml";
const POLICY_OF_FILES: &str = "printf 'unchanged = [\"deny.toml\"]\\n' > policy.toml; echo >> deny.toml";
const HALF: &str =
    "restwell release ops 2> /dev/null; cd .restwell/undo/1; mv done journal; cd ../../..; echo >> restwell.toml";

/// A fix that a person has to make, in an editor for example, is help and no command: such a situation offers nothing.
const SITUATIONS: &[Situation] = &[
    situation("RW0104", "sed -i 's/^cache/cahce/' restwell.toml", "restwell status", &[]),
    situation("RW0105", "echo '[' > a.toml", "restwell new a --answers a.toml", &[]),
    situation("RW0106", "", "restwell new a --answers none.toml", &[]),
    situation("RW0106", "", "restwell policy check none.toml", &[]),
    situation(
        "RW0108",
        "",
        "restwell set cache=none auth=jwt cache=redis",
        &["auth=jwt cache=redis", "auth=jwt cache=none"],
    ),
    situation(
        "RW0108",
        "",
        "restwell diff --set cache=none --set cache=redis",
        &["diff --set cache=redis", "diff --set cache=none"],
    ),
    situation(
        "RW0108",
        "",
        "restwell set --ours README.md --theirs README.md",
        &["set --ours README.md", "set --theirs README.md"],
    ),
    situation("RW0108", "", "restwell explain cache=none cache=redis", &["explain cache=redis", "explain cache=none"]),
    situation("RW0108", "", "restwell set cache=redis cache=redis", &["set cache=redis"]),
    situation("RW0108", "", "restwell new '' --preset minimal --no-git", &["new shop-api --preset minimal --no-git"]),
    situation("RW0108", "", "restwell set cache=none --conflict ask", &["set cache=none"]),
    situation("RW0108", "", "restwell update --base src --dry-run", &["update --dry-run"]),
    situation("RW0108", "", "restwell release restwell.toml", &["set --dry-run"]),
    situation("RW0108", "", "restwell diff --quiet --verbose", &["diff --verbose"]),
    situation("RW0108", "", "restwell set --except", &["help set"]),
    situation("RW0108", FORGOTTEN, "restwell adopt Cargo.lock", &["update --theirs Cargo.lock"]),
    situation("RW0112", "", "restwell diff REDME.md", &["diff README.md", "diff --stat"]),
    situation("RW0112", "", "restwell adopt ''", &["diff --stat"]),
    situation("RW0112", "", "restwell release ''", &["diff --stat"]),
    situation("RW0112", "", "restwell diff ''", &["diff --stat"]),
    situation("RW0112", "", "restwell set cache=redis --theirs '' --no-check", &["diff --stat"]),
    situation("RW0113", "", "restwell undo", &["undo --list"]),
    situation("RW0113", "", "restwell redo", &["undo --list"]),
    situation("RW0114", OLDER, "restwell update", &["update --downgrade"]),
    situation("RW0115", "echo 'a = 1' > policy.toml", "restwell policy check policy.toml", &[]),
    situation("RW0120", "", "restwell generate resource orders number:strin", &["orders number:string"]),
    situation("RW0108", "", "restwell generate resource orders", &["help generate"]),
    situation("RW0120", "", "restwell generate resource order number:string", &["orders number:string"]),
    situation("RW0120", "", "restwell generate resource docs a:int", &["doc_records a:int"]),
    situation("RW0120", "", "restwell generate resource api_keys a:int", &["api_key_records a:int"]),
    situation("RW0201", "sed -i 's/^name.*/name = \"a; touch b\"/' restwell.toml", "restwell set --no-check", &[]),
    situation(
        "RW0301",
        "",
        "restwell explain --receipt database=none cache=memory",
        &["--receipt cache=memory database=sqlite", "--receipt database=none cache=none"],
    ),
    situation("RW0120", "", "restwell generate resource new_products a:int", &["new_product_records a:int"]),
    situation("RW0120", "", "restwell generate resource orders current_date:date", &["current_date_value:date"]),
    situation("RW0120", "", "restwell generate resource orders ref:product", &["orders ref:products"]),
    situation("RW0120", "", "restwell generate resource orders ref:Products", &["orders ref:products"]),
    situation("RW0120", "", "restwell generate resource orders 'by:ref:PRODUCT?'", &["orders 'by:ref:products?'"]),
    situation(
        "RW0120",
        "restwell generate resource order_items a:int --no-check 2> /dev/null",
        "restwell generate resource lines ref:order-items",
        &["lines ref:order_items"],
    ),
    situation(
        "RW0120",
        "restwell generate resource orders number:string --no-check 2> /dev/null",
        "restwell generate resource orders note:text",
        &["orders 'note:text?'"],
    ),
    situation(
        "RW0120",
        "restwell generate resource orders number:string --no-check 2> /dev/null",
        "restwell remove resource order",
        &["remove resource orders"],
    ),
    situation(
        "RW0120",
        "restwell set database=none cache=none --no-check 2> /dev/null",
        "restwell generate resource orders number:string",
        &["set database=sqlite"],
    ),
    situation("RW0501", "", "restwell new src --preset minimal --name a", &["--force --dry-run"]),
    situation("RW0502", "rm -r docs; ln -s src docs", "restwell adopt docs", &[]),
    situation("RW0503", "rm README.md; mkdir README.md", "restwell adopt README.md", &[]),
    situation(
        "RW0504",
        "mkdir ../w; printf '[workspace]\\nmembers = [\"*\"]\\n' > ../w/Cargo.toml; cd ../w",
        "restwell new api --preset minimal --no-git",
        &["../api"],
    ),
    situation("RW0601", "", "restwell new /proc/shop-api --preset minimal --no-git", &[]),
    situation("RW0602", "", "restwell list > /dev/full", &[]),
    situation("RW0603", "rm -r .restwell", "restwell status", &["help new"]),
    situation("RW0604", "echo >> .restwell/base", "restwell status", &[]),
    situation("RW0605", "", "flock . restwell release README.md", &["release README.md"]),
    situation("RW0606", HALF, "restwell release README.md", &[]),
    situation(
        "RW0803",
        CONFLICT,
        "restwell set database=postgres --no-check",
        &["--ours README.md", "--theirs README.md", "--conflict markers"],
    ),
    situation(
        "RW0804",
        FAILING_CARGO,
        "PATH=$HOME/bin:$PATH restwell set cache=redis",
        &["set cache=redis --no-check"],
    ),
    situation("RW0805", CONFLICT, "restwell set database=postgres --no-check --conflict markers", &["undo"]),
    situation(
        "RW0806",
        "sed -i 's/^.dependencies.$/&\\nstrsim = \"99\"/' Cargo.toml",
        "restwell set cache=none --no-check",
        &[],
    ),
    situation(
        "RW0807",
        "restwell set ci=gitlab --no-check 2> /dev/null; cp .restwell/base $HOME/base; restwell undo 2> /dev/null; \
         restwell set cache=none --no-check 2> /dev/null; cp $HOME/base .restwell/base",
        "restwell undo",
        &["undo --list"],
    ),
    situation("RW0901", "echo >> README.md", "restwell status --check", &["restwell diff"]),
    situation(
        "RW0901",
        "echo >> src/app.rs; cd src",
        "restwell diff --check app.rs ../docs",
        &["app.rs ../docs --stat"],
    ),
    situation(
        "RW0901",
        "",
        "restwell diff README.md --set cache=redis --check --plain",
        &["diff README.md --set cache=redis --plain --stat"],
    ),
    situation("RW0901", "echo >> src/app.rs", "restwell verify --check", &["restwell verify", "restwell diff"]),
    situation("RW0902", POLICY, "restwell policy check policy.toml", &["set auth=jwt"]),
    situation("RW0902", POLICY_OF_FILES, "restwell policy check policy.toml", &["adopt deny.toml"]),
];

impl Situation {
    /// Lets it happen, up to the line that fails.
    fn arise(&self) -> (Ran, String) {
        let Self { code: expected, before, fails, .. } = self;
        let script = format!(
            "{NO_CARGO}; restwell new shop-api --preset standard --no-git 2> /dev/null\ncd shop-api; {before}\n{fails}\npwd > $HOME/place; exit 9"
        );
        let ran = shell(&script).exits(9);
        let said = ran.stderr().to_owned();
        assert!(said.contains("error["), "`{fails}` is no error:\n{said}");
        assert_eq!(code(&said), *expected, "`{fails}`:\n{said}");
        (ran, said)
    }

    fn paste(&self) {
        let (place, said) = self.arise();
        let offers = nearest(&said);
        assert_eq!(offers.len(), self.offers.len(), "`{}` offers {offers:?}", self.fails);
        let mut first = Some(place);
        for (offer, end) in offers.iter().zip(self.offers) {
            assert!(offer.ends_with(end), "`{}` offers `{offer}`, not `… {end}`", self.fails);
            // There is no cargo on the path that could check the result.
            let merges = ["restwell set ", "restwell update ", "restwell generate ", "restwell remove "];
            let is_checked = merges.iter().any(|start| offer.starts_with(start)) && !offer.contains("--no-check");
            let offer = if is_checked { format!("{offer} --no-check") } else { offer.clone() };
            // What it is about: both sides of a conflict are in a file.
            let exit = if offer.contains("--conflict markers") { 7 } else { 0 };
            let place = first.take().unwrap_or_else(|| self.arise().0);
            let pasted = format!("{NO_CARGO}; cd \"$(cat {}/place)\" && {offer}", place.path().display());
            drop(shell(&pasted).exits(exit));
        }
    }
}

/// The codes of the situations.
pub(super) fn codes() -> BTreeSet<&'static str> {
    SITUATIONS.iter().map(|situation| situation.code).collect()
}

#[test]
fn every_fix_of_a_situation_can_be_pasted() {
    for situation in SITUATIONS {
        situation.paste();
    }
}

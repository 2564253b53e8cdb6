//! The files of every target with every CI and every monitoring: each distinct file, or folder, is given once to the linters of
//! its kind. That these linters bite is shown on the files of one project each.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, bail};

use super::distinct::Distinct;
use super::files::{self, run};
use super::{aws, azure, checkov, dashboards, datadog, gcp, gitlab, kubernetes, rules, systemd};
use crate::tally::Tally;
use crate::tools;

/// The number of programs that run at the same time.
const POOL: usize = 2;

/// A kind of files, and its linter.
struct Kind {
    name: &'static str,
    has: fn(&Path) -> bool,
    /// Runs on all distinct files, or folders, of the kind.
    run: fn(&[PathBuf]) -> Result<()>,
}

/// The linters that need a whole folder, with all files of the kind that a project has.
const FOLDERS: &[Kind] = &[
    Kind {
        name: "Kubernetes: kustomize, schemas, checkov",
        has: |path| path.starts_with("deploy/base") || is_overlay(path) || path.ends_with("deploy/account.yaml"),
        run: kubernetes::check_all,
    },
    Kind {
        name: "docker-compose config",
        has: |path| {
            path.starts_with("deploy") && !is_script(path) || is_compose(path) || path.ends_with(".env.example")
        },
        run: |folders| each(folders, |folder| if has_compose(folder) { files::compose(folder) } else { Ok(()) }),
    },
    Kind {
        name: "systemd-analyze, haproxy -c",
        has: |path| path.starts_with("deploy/systemd"),
        run: |folders| each(folders, systemd::check_folder),
    },
    Kind {
        name: "alert policies of Google Cloud",
        has: |path| {
            path.starts_with("ops/alerts") || path.ends_with("ops/links.sh") || path.ends_with("deploy/alerts.sh")
        },
        run: gcp::check_policies,
    },
    Kind { name: "promtool test rules", has: |path| path.starts_with("ops/alerts"), run: rules::test_all },
    Kind { name: "models of Datadog", has: |path| path.starts_with("ops/datadog"), run: datadog::models },
    Kind {
        name: "zizmor",
        has: is_workflow,
        run: |folders| run(tools::program("zizmor")?.args(["--offline", "--quiet"]).args(folders)),
    },
];

/// The linters that need one file.
const FILES: &[Kind] = &[
    Kind { name: "actionlint", has: is_workflow, run: |files| run(tools::program("actionlint")?.args(files)) },
    Kind {
        name: "schema of the workflows",
        has: is_workflow,
        run: |files| files::schema("vendor.github-workflows", files),
    },
    Kind {
        name: "schema of Dependabot's rules",
        has: |path| path.ends_with("dependabot.yml"),
        run: |files| files::schema("vendor.dependabot", files),
    },
    Kind {
        name: "schema of Renovate's rules",
        has: |path| path.ends_with("renovate.json"),
        run: |files| files::schema("vendor.renovate", files),
    },
    Kind {
        name: "pipelines of GitLab: schema, gitlab-ci-local, shellcheck",
        has: |path| path.ends_with(".gitlab-ci.yml"),
        run: gitlab::check_all,
    },
    Kind {
        name: "CloudFormation: cfn-lint, checkov",
        has: |path| path.ends_with("deploy/stack.yaml") || path.ends_with("deploy/access.yaml"),
        run: |files| aws::lint(files).and_then(|()| checkov::cloudformation(files)),
    },
    Kind { name: "schema of Cloud Run", has: |path| path.ends_with("deploy/service.yaml"), run: gcp::services },
    Kind { name: "models of Container Apps", has: |path| path.ends_with("container-app.yaml"), run: azure::models },
    Kind { name: "shellcheck", has: is_script, run: |files| run(tools::program("shellcheck")?.args(files)) },
    Kind {
        name: "hadolint",
        has: |path| path.file_name() == Some(OsStr::new("Dockerfile")),
        run: |files| run(tools::program("hadolint")?.args(files)),
    },
    Kind {
        name: "promtool check rules",
        has: |path| path.parent() == Some(Path::new("ops/alerts")) && ends(path, "yml"),
        run: |files| run(tools::program("promtool")?.args(["check", "rules"]).args(files)),
    },
    Kind {
        name: "promtool check config",
        has: |path| path.ends_with("prometheus.yml"),
        run: |files| run(tools::program("promtool")?.args(["check", "config", "--syntax-only"]).args(files)),
    },
    Kind { name: "tsc of the dashboards", has: |path| path.starts_with("ops/dashboards"), run: dashboards::compare },
    Kind {
        name: "taplo",
        has: |path| ends(path, "toml"),
        run: |files| run(tools::program("taplo")?.arg("lint").args(files)),
    },
    Kind {
        name: "typos",
        has: |_| true,
        // One folder is ten times faster than all of its files.
        run: |files| files::typos(&[folder_of(files)?.to_owned()]),
    },
    Kind {
        name: "just",
        has: |path| path.ends_with("justfile"),
        run: |files| each(files, |file| run(tools::program("just")?.args(["--list", "--justfile"]).arg(file))),
    },
];

/// Runs the linters of all kinds.
pub(super) fn check(tally: &mut Tally) -> Result<()> {
    let mut rendered = None;
    tally.note("every target: projects", || {
        let distinct = rendered.insert(Distinct::new()?);
        Ok(format!("{} projects", distinct.projects()))
    });
    let Some(distinct) = rendered else { return Ok(()) };
    for kind in FOLDERS {
        check_kind(tally, kind, "folders", |place| distinct.folders(place, kind.has))?;
    }
    for kind in FILES {
        check_kind(tally, kind, "files", |place| distinct.files(place, kind.has))?;
    }
    Ok(())
}

/// Runs the linter of a kind on what `write` writes into a folder.
fn check_kind(tally: &mut Tally, kind: &Kind, what: &str, write: impl Fn(&Path) -> Result<Vec<PathBuf>>) -> Result<()> {
    let place = tempfile::tempdir()?;
    tally.note(&format!("every target: {}", kind.name), || {
        let found = write(place.path())?;
        (kind.run)(&found)?;
        Ok(format!("{} distinct {what}", found.len()))
    });
    Ok(())
}

/// Calls `check` on every path, on a few at the same time. The error has the first three.
pub(super) fn each(paths: &[PathBuf], check: impl Fn(&Path) -> Result<()> + Sync) -> Result<()> {
    let (next, errors) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..POOL {
            scope.spawn(|| {
                while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(error) = check(path) {
                        let line = format!("{}: {error:#}", path.display());
                        errors.lock().unwrap_or_else(PoisonError::into_inner).push(line);
                    }
                }
            });
        }
    });
    let errors = errors.into_inner().unwrap_or_else(PoisonError::into_inner);
    match errors.len() {
        0 => Ok(()),
        count => bail!("{count} of {} have errors\n{}", paths.len(), errors[..count.min(3)].join("\n")),
    }
}

/// The folder with all of these files.
fn folder_of(files: &[PathBuf]) -> Result<&Path> {
    let mut folders = files.iter().flat_map(|first| first.ancestors().skip(1));
    folders.find(|folder| files.iter().all(|file| file.starts_with(folder))).context("no folder has all")
}

fn ends(path: &Path, extension: &str) -> bool {
    path.extension() == Some(OsStr::new(extension))
}

fn is_script(path: &Path) -> bool {
    ends(path, "sh")
}

fn is_workflow(path: &Path) -> bool {
    path.starts_with(".github/workflows")
}

fn is_compose(path: &Path) -> bool {
    path.ends_with("compose.yml") || path.ends_with("compose.dev.yml")
}

fn is_overlay(path: &Path) -> bool {
    kubernetes::ENVIRONMENTS.iter().any(|name| path.starts_with(Path::new("deploy").join(name)))
}

fn has_compose(folder: &Path) -> bool {
    crate::project::files(folder).is_ok_and(|files| files.iter().any(|path| is_compose(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_checked_and_errors_are_counted() {
        let paths: Vec<PathBuf> = ["a", "b", "c"].map(PathBuf::from).to_vec();
        each(&paths, |_| Ok(())).expect("none fails");
        let error = each(&paths, |path| if path == Path::new("b") { bail!("wrong") } else { Ok(()) });
        assert_eq!(error.expect_err("one fails").to_string(), "1 of 3 have errors\nb: wrong");
    }
}

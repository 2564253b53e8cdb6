//! PostgreSQL, Redis and Memcached for the projects that need them: from Debian packages, on free ports, unprivileged,
//! with their data in temporary folders. Each is stopped by its own process id.

use std::collections::BTreeMap;
use std::env;
use std::net::TcpStream;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result};
use restwell::plan::Plan;
use restwell::stack::Stack;
use rustix::fs::statvfs;
use tempfile::TempDir;

use crate::process::Running;
use crate::program::Program;
use crate::{dirs, service, tools};

/// A file system in memory, and the bytes that must be free there. A test of a project has a database of its own, of about
/// 300 files: on a disk, half of the CPU time of `suites` was spent on creating and deleting them.
const MEMORY: &str = "/dev/shm";
const MEMORY_NEEDED: u64 = 2 << 30;

/// The id of Debian's `nobody`: PostgreSQL refuses to run as root, and the others need no privileges.
const UNPRIVILEGED: u32 = 65534;

/// A server that a project may need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Postgres,
    Redis,
    Memcached,
}

/// A running server. It keeps its port and its data across [`Server::kill`] and [`Server::start_again`].
pub(crate) struct Server {
    pub(crate) kind: Kind,
    pub(crate) port: u16,
    /// Its data and its socket, in a short path: a socket's may have at most 107 bytes, wherever the repository is.
    folder: TempDir,
    running: Option<Running>,
}

/// Running servers; stopped when dropped.
pub(crate) struct Servers(Vec<Server>);

impl Kind {
    /// Every kind there is.
    pub(crate) const ALL: [Self; 3] = [Self::Postgres, Self::Redis, Self::Memcached];

    /// The servers that projects with `stack` declare for development.
    pub(crate) fn of(stack: &Stack) -> Vec<Self> {
        let declared = declared(stack);
        Self::ALL.into_iter().filter(|kind| declared.contains_key(kind.name())).collect()
    }

    /// The setting of a project for the URL of the server; its tests read it with the prefix `TEST_`.
    pub(crate) fn setting(self) -> &'static str {
        let stacks = Stack::rust_distinct();
        let variable = stacks.iter().find_map(|stack| declared(stack).get(self.name()).copied());
        variable.and_then(|variable| variable.strip_prefix("TEST_")).expect("a project declares it; a test checks that")
    }

    /// Its name, as projects declare it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Redis => "redis",
            Self::Memcached => "memcached",
        }
    }
}

/// The servers that a project with `stack` declares for development, with the variables of its tests for their URLs.
fn declared(stack: &Stack) -> BTreeMap<&'static str, &'static str> {
    let servers = Plan::new(stack, "any").parts.servers;
    servers.into_iter().filter_map(|server| Some((server.name, server.development?.variable))).collect()
}

impl Servers {
    /// Starts one of each; `None` needs nothing installed.
    pub(crate) fn start(kinds: &[Kind]) -> Result<Self> {
        if !kinds.is_empty() {
            tools::install_servers()?;
        }
        Ok(Self(kinds.iter().map(|&kind| Server::start(kind)).collect::<Result<_>>()?))
    }

    /// The settings for the tests of a project with `stack`.
    pub(crate) fn for_tests(&self, stack: &Stack) -> Vec<(String, String)> {
        let told = |(name, url)| (format!("TEST_{name}"), url);
        self.for_service(stack).into_iter().map(told).collect()
    }

    /// Runs a statement in PostgreSQL.
    pub(crate) fn sql(&self, statement: &str) -> Result<()> {
        let postgres = self.0.iter().find(|server| server.kind == Kind::Postgres);
        postgres.context("PostgreSQL was not asked for")?.sql(statement)
    }

    /// The settings for a service with `stack`.
    pub(crate) fn for_service(&self, stack: &Stack) -> Vec<(String, String)> {
        let needed = Kind::of(stack);
        let needed = self.0.iter().filter(|server| needed.contains(&server.kind));
        needed.map(|server| (server.kind.setting().to_owned(), server.url())).collect()
    }
}

/// The parent of the folder of a server: in memory where there is room.
fn parent() -> PathBuf {
    let free = statvfs(MEMORY).map_or(0, |memory| memory.f_bavail.saturating_mul(memory.f_frsize));
    if free >= MEMORY_NEEDED { MEMORY.into() } else { env::temp_dir() }
}

impl Server {
    /// Starts a server and waits until it responds.
    pub(crate) fn start(kind: Kind) -> Result<Self> {
        let folder = tempfile::tempdir_in(parent())?;
        if is_root() {
            chown(folder.path(), Some(UNPRIVILEGED), Some(UNPRIVILEGED))?;
        }
        let mut server = Self { kind, port: service::free_port()?, folder, running: None };
        if kind == Kind::Postgres {
            let data = server.folder.path().join("data");
            let initdb = unprivileged(&postgres("initdb")?).arg("--pgdata").arg(data);
            initdb.args(["--username=app", "--auth=trust", "--encoding=UTF8", "--no-sync"]).read()?;
        }
        server.start_again()?;
        Ok(server)
    }

    /// Starts it again with the same port and data.
    pub(crate) fn start_again(&mut self) -> Result<()> {
        let (port, folder) = (self.port.to_string(), self.folder.path());
        let program = match self.kind {
            Kind::Postgres => unprivileged(&postgres("postgres")?)
                .arg("-D")
                .arg(folder.join("data"))
                .args(["-p", &port, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=500", "-c", "fsync=off"])
                // A segment in a file of its data is deleted with it, also if the server is killed.
                .args(["-c", "dynamic_shared_memory_type=mmap", "-c"])
                .arg(format!("unix_socket_directories={}", folder.display())),
            Kind::Redis => unprivileged(Path::new("redis-server"))
                .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
                .arg(folder),
            Kind::Memcached => unprivileged(Path::new("memcached")).args(["-l", "127.0.0.1", "-p", &port, "-U", "0"]),
        };
        std::fs::create_dir_all(dirs::proof())?;
        let name = self.kind.name();
        let mut running = program.start(&dirs::proof().join(format!("{name}.log")))?;
        running.until(Duration::from_secs(20), || self.answers()).context(name)?;
        self.running = Some(running);
        Ok(())
    }

    /// Sends SIGKILL to all its processes, by id, like a failure of the machine.
    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    /// Stops all its processes with SIGSTOP: the kernel accepts connections, but nothing responds.
    pub(crate) fn freeze(&self) {
        self.running.iter().for_each(Running::freeze);
    }

    /// Continues them after [`Server::freeze`].
    pub(crate) fn thaw(&self) {
        self.running.iter().for_each(Running::thaw);
    }

    /// The URL for clients.
    pub(crate) fn url(&self) -> String {
        let port = self.port;
        match self.kind {
            Kind::Postgres => format!("postgres://app@127.0.0.1:{port}/postgres"),
            Kind::Redis => format!("redis://127.0.0.1:{port}"),
            Kind::Memcached => format!("memcache://127.0.0.1:{port}"),
        }
    }

    /// Runs a statement in PostgreSQL.
    pub(crate) fn sql(&self, statement: &str) -> Result<()> {
        let psql = Program::new(postgres("psql")?).args(["--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1"]);
        psql.arg(self.url()).args(["--command", statement]).read().map(drop)
    }

    /// An error unless it takes connections.
    fn answers(&self) -> Result<()> {
        match self.kind {
            Kind::Postgres => {
                let ready = Program::new(postgres("pg_isready")?).args(["--quiet", "--host=127.0.0.1", "--port"]);
                ready.arg(self.port.to_string()).read().map(drop)
            }
            Kind::Redis | Kind::Memcached => Ok(TcpStream::connect(("127.0.0.1", self.port)).map(drop)?),
        }
    }
}

/// A program of the newest installed PostgreSQL.
fn postgres(name: &str) -> Result<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let programs = versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists());
    programs.max().with_context(|| format!("`{name}` of PostgreSQL is not installed: cargo xtask tools"))
}

fn unprivileged(program: &Path) -> Program {
    if !is_root() {
        return Program::new(program);
    }
    // setpriv replaces itself by the program, so the process id is the program's.
    let user = [format!("--reuid={UNPRIVILEGED}"), format!("--regid={UNPRIVILEGED}"), "--clear-groups".to_owned()];
    Program::new("setpriv").args(user).arg(program)
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_server_that_a_project_declares_can_be_started_and_no_other() {
        let stacks = Stack::rust_distinct();
        let declared: BTreeMap<_, _> = stacks.iter().flat_map(declared).collect();
        let mut known: Vec<_> =
            Kind::ALL.iter().map(|kind| (kind.name(), format!("TEST_{}", kind.setting()))).collect();
        known.sort_unstable();
        let declared: Vec<_> = declared.into_iter().map(|(name, variable)| (name, variable.to_owned())).collect();
        assert_eq!(known, declared);
    }
}

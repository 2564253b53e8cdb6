//! Stand-ins for base images, for machines that cannot pull any: built from Debian packages and this machine's Rust
//! toolchain, under the names that the generated files use.
//!
//! A stand-in tests the Dockerfile, the compose file and the behaviour of the programs in them. It does not test the
//! content of the upstream image.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::engine::{Engine, folder};
use crate::program::Program;
use crate::tools;

/// The Debian release of the images that the projects use.
const SUITE: &str = "trixie";

/// The trusted certificates of programs inside an image: those of this machine.
const CERTIFICATES: &str = "etc/ssl/certs/ca-certificates.crt";

/// How an image is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recipe {
    /// A C linker and this machine's Rust toolchain.
    Rust,
    /// Only the C library: no shell, no package manager.
    Distroless,
    /// The load balancer, with the entry point of its upstream image.
    Haproxy,
    /// The metrics server, with the entry point of its upstream image.
    Prometheus,
    /// What passes alerts on, started as its image starts it.
    Alertmanager,
    /// The database server, with an entry point that makes the database as that of its upstream image does.
    Postgres,
    /// The server of caches and counts.
    Redis,
    /// A whole host: systemd as the first process, and what the README asks for.
    Host,
}

/// What the projects use of the entry point of the upstream image: user, password from a file, database.
const POSTGRES_ENTRY: &str = r#"#!/bin/sh
set -eu
[ "$1" = postgres ] || exec "$@"
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  initdb --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" --auth-local=trust --auth-host=scram-sha-256
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl --options="-c listen_addresses= -c unix_socket_directories=/run/postgresql" --wait start
  createdb --host=/run/postgresql --username="$POSTGRES_USER" "$POSTGRES_USER"
  pg_ctl --mode=fast --wait stop
fi
exec postgres -c listen_addresses='*' -c unix_socket_directories=/run/postgresql
"#;

/// Starts systemd in a container that has the control groups of its machine at `/cgroups`. The first version of these is
/// a folder of mounts, in which systemd adds what it misses and which it then makes read-only: it gets a folder of its own,
/// since that of the machine belongs to others. On a real host systemd does the same to the mounts: credentials are
/// mounted in another namespace.
const HOST_ENTRY: &str = r#"set -eu
if [ "$(stat -f -c %T /cgroups)" = tmpfs ]; then
  mount -t tmpfs -o mode=755 cgroups /sys/fs/cgroup
  for group in /cgroups/*; do
    if mountpoint -q "$group"; then
      mkdir "/sys/fs/cgroup/${group##*/}"
      mount --bind "$group" "/sys/fs/cgroup/${group##*/}"
    fi
  done
else
  mount --rbind /cgroups /sys/fs/cgroup
fi
mount --make-rshared /
exec /lib/systemd/systemd
"#;

/// Whether a stand-in for `image` can be built.
pub(crate) fn is_known(image: &str) -> bool {
    recipe(image).is_some()
}

/// Builds `image` unless the engine has it.
pub(crate) fn make(engine: &Engine, image: &str) -> Result<()> {
    let recipe = recipe(image).with_context(|| format!("no stand-in for the image `{image}`"))?;
    if engine.docker(["image", "inspect", image])?.read().is_ok() {
        return Ok(());
    }
    let tree = tree(recipe)?;
    let tar = Program::new("tar").arg("-C").arg(&tree);
    let tar = tar.args(["--exclude=./var/cache/apt", "--exclude=./var/lib/apt/lists", "-c", "."]);
    let mut import = engine.docker(["import"])?;
    for change in changes(recipe) {
        import = import.args(["--change", change]);
    }
    // It has a name only when the archive was complete.
    let id = import.arg("-").read_from(tar)?;
    engine.docker(["tag", id.trim(), image])?.read()?;
    // The engine has a copy.
    Ok(fs::remove_dir_all(tree)?)
}

fn recipe(image: &str) -> Option<Recipe> {
    let name = image.split([':', '@']).next()?;
    match name.rsplit('/').next()? {
        "rust" => Some(Recipe::Rust),
        "cc-debian13" => Some(Recipe::Distroless),
        "haproxy" => Some(Recipe::Haproxy),
        "prometheus" => Some(Recipe::Prometheus),
        "alertmanager" => Some(Recipe::Alertmanager),
        "postgres" => Some(Recipe::Postgres),
        "redis" => Some(Recipe::Redis),
        "host" => Some(Recipe::Host),
        _ => None,
    }
}

fn changes(recipe: Recipe) -> &'static [&'static str] {
    match recipe {
        Recipe::Rust => &[
            "ENV CARGO_HOME=/usr/local/cargo",
            "ENV PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            // What is checked is the image, not the speed of its program, and the optimizations take minutes.
            "ENV CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16",
        ],
        Recipe::Distroless => &["USER 65532:65532", "ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
        Recipe::Haproxy => &[
            "USER haproxy",
            "WORKDIR /var/lib/haproxy",
            "CMD [\"haproxy\", \"-W\", \"-db\", \"-f\", \"/usr/local/etc/haproxy/haproxy.cfg\"]",
        ],
        Recipe::Prometheus => &[
            "USER nobody",
            "WORKDIR /prometheus",
            "ENTRYPOINT [\"/usr/bin/prometheus\"]",
            "CMD [\"--config.file=/etc/prometheus/prometheus.yml\", \"--storage.tsdb.path=/prometheus\"]",
        ],
        Recipe::Alertmanager => {
            &["USER nobody", "WORKDIR /alertmanager", "ENTRYPOINT [\"/usr/bin/prometheus-alertmanager\"]"]
        }
        Recipe::Postgres => &[
            "ENV PATH=/usr/lib/postgresql/17/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "ENV PGDATA=/var/lib/postgresql/data",
            "VOLUME /var/lib/postgresql/data",
            "ENTRYPOINT [\"/usr/local/bin/docker-entrypoint.sh\"]",
            "CMD [\"postgres\"]",
        ],
        Recipe::Redis => &["WORKDIR /data", "CMD [\"redis-server\"]"],
        Recipe::Host => &["ENV container=docker", "CMD [\"sh\", \"/usr/local/bin/start\"]"],
    }
}

/// The files of an image, created unless an interrupted run left them.
fn tree(recipe: Recipe) -> Result<PathBuf> {
    let (name, variant, packages) = match recipe {
        Recipe::Rust => ("rust", "minbase", "ca-certificates,gcc,libc6-dev"),
        Recipe::Distroless => ("distroless", "extract", "libc6,libgcc-s1,libstdc++6,tzdata"),
        Recipe::Haproxy => ("haproxy", "minbase", "haproxy"),
        Recipe::Prometheus => ("prometheus", "minbase", "prometheus"),
        Recipe::Alertmanager => ("alertmanager", "minbase", "prometheus-alertmanager"),
        Recipe::Postgres => ("postgres", "minbase", "postgresql-17"),
        Recipe::Redis => ("redis", "minbase", "redis-server"),
        Recipe::Host => ("host", "minbase", "systemd,dbus,haproxy,curl,procps"),
    };
    let tree = folder().join("roots").join(name);
    if tree.exists() {
        return Ok(tree);
    }
    let new = tree.with_extension("new");
    if new.exists() {
        fs::remove_dir_all(&new)?;
    }
    fs::create_dir_all(&new)?;
    let debian = tools::program("mmdebstrap")?.arg("--quiet").arg(format!("--variant={variant}"));
    debian.arg(format!("--include={packages}")).arg(suite(recipe)).arg(&new).arg(mirror()?).read()?;
    fs::create_dir_all(new.join(CERTIFICATES).parent().context("it is in a folder")?)?;
    fs::copy(Path::new("/").join(CERTIFICATES), new.join(CERTIFICATES))?;
    match recipe {
        Recipe::Rust => toolchain(&new)?,
        Recipe::Distroless => accounts(&new)?,
        Recipe::Haproxy => {}
        Recipe::Prometheus => writable(&new.join("prometheus"))?,
        Recipe::Alertmanager => writable(&new.join("alertmanager"))?,
        Recipe::Postgres => database(&new)?,
        Recipe::Redis => writable(&new.join("data"))?,
        Recipe::Host => fs::write(new.join("usr/local/bin/start"), HOST_ENTRY)?,
    }
    fs::rename(&new, &tree)?;
    Ok(tree)
}

/// A host has the oldest release on which the scripts run.
fn suite(recipe: Recipe) -> &'static str {
    match recipe {
        Recipe::Host => "bookworm",
        Recipe::Rust
        | Recipe::Distroless
        | Recipe::Haproxy
        | Recipe::Prometheus
        | Recipe::Alertmanager
        | Recipe::Postgres
        | Recipe::Redis => SUITE,
    }
}

/// The Debian mirror that this machine is configured with.
fn mirror() -> Result<String> {
    let sources = fs::read_to_string("/etc/apt/sources.list.d/debian.sources")?;
    let uri = sources.lines().find_map(|line| line.strip_prefix("URIs:"));
    Ok(uri.context("no mirror is set up")?.trim().to_owned())
}

fn toolchain(root: &Path) -> Result<()> {
    let sysroot = Program::new("rustc").args(["--print", "sysroot"]).read()?;
    let home = root.join("usr/local/cargo");
    fs::create_dir_all(&home)?;
    for part in ["bin", "lib"] {
        let from = Path::new(sysroot.trim()).join(part);
        Program::new("cp").arg("-a").arg(from).arg(home.join(part)).limit(Duration::from_secs(300)).read()?;
    }
    Ok(())
}

/// The other files of `distroless`: two users, the links of a merged `/usr`, a home and a temporary directory.
fn accounts(root: &Path) -> Result<()> {
    fs::write(
        root.join("etc/passwd"),
        "root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532::/home/nonroot:/sbin/nologin\n",
    )?;
    fs::write(root.join("etc/group"), "root:x:0:\nnonroot:x:65532:\n")?;
    for folder in ["lib", "lib64"] {
        if !root.join(folder).exists() {
            symlink(Path::new("usr").join(folder), root.join(folder))?;
        }
    }
    for shell in ["usr/bin/sh", "usr/bin/bash", "bin/sh"] {
        if root.join(shell).exists() {
            bail!("the stand-in has a shell: {shell}");
        }
    }
    fs::create_dir_all(root.join("home/nonroot"))?;
    writable(&root.join("tmp"))
}

/// An empty folder for the data, and the entry point.
fn database(root: &Path) -> Result<()> {
    use std::os::unix::fs::{PermissionsExt, chown};
    let data = root.join("var/lib/postgresql/data");
    writable(&data)?;
    let accounts = fs::read_to_string(root.join("etc/passwd"))?;
    let account = accounts.lines().find_map(|line| line.strip_prefix("postgres:"));
    let mut numbers = account.context("no user `postgres`")?.split(':').skip(1).map(str::parse);
    let [user, group] = [numbers.next(), numbers.next()].map(|number| number.and_then(Result::ok));
    chown(&data, user, group)?;
    let entry = root.join("usr/local/bin/docker-entrypoint.sh");
    fs::write(&entry, POSTGRES_ENTRY)?;
    Ok(fs::set_permissions(&entry, fs::Permissions::from_mode(0o755))?)
}

fn writable(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(folder)?;
    Ok(fs::set_permissions(folder, fs::Permissions::from_mode(0o1777))?)
}

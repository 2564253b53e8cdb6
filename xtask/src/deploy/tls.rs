//! TLS at the load balancer, switched on as the README says: redirect, HSTS, and a certificate that is renewed.

use std::fs;

use anyhow::{Result, bail, ensure};

use super::eventually;
use super::site::Site;
use crate::program::Program;
use crate::service;
use crate::tally::Tally;

/// Runs the checks; afterwards the load balancer runs without TLS, as before.
pub(super) fn check(tally: &mut Tally, site: &Site, name: &str) -> Result<()> {
    let env = site.folder().join(".env");
    let before = fs::read_to_string(&env)?;
    let port = service::free_port()?;
    tally.check(&format!("{name}: TLS with a redirect and HSTS"), || {
        certificate(site, "first.example")?;
        fs::write(&env, format!("{before}TLS=on\nTLS_PORT=127.0.0.1:{port}\n"))?;
        site.compose(["up", "--detach", "--no-build", "--no-deps", "--wait", "haproxy"])?.read()?;
        let answer = eventually(|| curl(&format!("https://127.0.0.1:{port}/greet")))?;
        ensure!(answer.contains("200") && answer.contains("strict-transport-security: max-age=31536000"), "{answer}");
        let answer = curl(&format!("http://127.0.0.1:{}/greet?name=Ada", site.public_port))?;
        let location = "location: https://127.0.0.1";
        ensure!(answer.contains(" 308 ") && answer.contains(location) && answer.contains("name=Ada"), "{answer}");
        Ok(())
    });
    tally.check(&format!("{name}: a renewed certificate is served after a reload"), || {
        ensure!(served(port)?.contains("first.example"), "{}", served(port)?);
        certificate(site, "second.example")?;
        site.compose(["kill", "--signal", "USR2", "haproxy"])?.read()?;
        eventually(|| match served(port)? {
            subject if subject.contains("second.example") => Ok(()),
            subject => bail!("still {subject}"),
        })
    });
    fs::write(&env, before)?;
    site.compose(["up", "--detach", "--no-build", "--no-deps", "--wait", "haproxy"])?.read()?;
    Ok(())
}

/// Puts a certificate that signs itself where the README says.
fn certificate(site: &Site, host: &str) -> Result<()> {
    let folder = site.folder().join("secrets/tls");
    fs::create_dir_all(&folder)?;
    let work = tempfile::tempdir()?;
    let [key, chain] = ["key", "chain"].map(|name| work.path().join(name));
    let openssl = Program::new("openssl").args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]);
    openssl.args(["-subj", &format!("/CN={host}"), "-keyout"]).arg(&key).arg("-out").arg(&chain).read()?;
    let (key, chain) = (fs::read_to_string(key)?, fs::read_to_string(chain)?);
    Ok(fs::write(folder.join("site.pem"), chain + &key)?)
}

/// The status line and the header.
fn curl(url: &str) -> Result<String> {
    let head = ["--silent", "--show-error", "--insecure", "--max-time", "10", "--output", "/dev/null"];
    Program::new("curl").args(head).args(["--dump-header", "-", url]).read()
}

/// The subject of the certificate.
fn served(port: u16) -> Result<String> {
    let line =
        format!("openssl s_client -connect 127.0.0.1:{port} </dev/null 2>/dev/null | openssl x509 -noout -subject");
    Program::new("sh").args(["-c", &line]).read()
}

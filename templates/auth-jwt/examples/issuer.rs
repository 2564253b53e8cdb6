//! A local issuer for development, which the settings in `.env.example` refer to: `cargo run --example issuer` prints a
//! token, and `GET /token` returns another. It signs for every client, with a key that it never stores: not for
//! production.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};

use anyhow::Context;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use jsonwebtoken::jwk::{Jwk, JwkSet, ThumbprintHash};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::json;

const ADDRESS: &str = "127.0.0.1:9000";

struct Issuer {
    key: EncodingKey,
    header: Header,
    /// The published set: the public part of the key.
    keys: JwkSet,
}

fn main() -> anyhow::Result<()> {
    let listener = TcpListener::bind(ADDRESS).with_context(|| format!("cannot listen on {ADDRESS}"))?;
    let issuer = Issuer::new()?;
    println!("{}", issuer.token()?);
    for stream in listener.incoming() {
        // The client may have disconnected.
        stream.map(|stream| issuer.answer(stream)).ok();
    }
    Ok(())
}

impl Issuer {
    fn new() -> anyhow::Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)?;
        let key = EncodingKey::from_ec_der(pair.to_pkcs8v1()?.as_ref());
        let mut public = Jwk::from_encoding_key(&key, Algorithm::ES256)?;
        public.common.key_id = Some(public.thumbprint(ThumbprintHash::SHA256)?);
        let header = Header { kid: public.common.key_id.clone(), ..Header::new(Algorithm::ES256) };
        Ok(Self { key, header, keys: JwkSet { keys: vec![public] } })
    }

    /// A token that is valid for an hour.
    fn token(&self) -> anyhow::Result<String> {
        let issuer = format!("http://{ADDRESS}");
        let (subject, scope, expires) = ("developer", "products:write", get_current_timestamp() + 3600);
        let claims = json!({"iss": issuer, "aud": "products", "sub": subject, "scope": scope, "exp": expires});
        Ok(encode(&self.header, &claims, &self.key)?)
    }

    fn answer(&self, mut stream: TcpStream) -> anyhow::Result<()> {
        let mut lines = BufReader::new(&stream).lines();
        let asked = lines.next().context("no request")??;
        // Closing the connection with unread input could lose the response.
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let (status, body) = match asked.split(' ').nth(1) {
            Some("/.well-known/jwks.json") => ("200 OK", serde_json::to_string(&self.keys)?),
            Some("/token") => ("200 OK", self.token()?),
            _ => ("404 Not Found", String::new()),
        };
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}")?;
        Ok(())
    }
}

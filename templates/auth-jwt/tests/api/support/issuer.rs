//! An issuer of tokens: keys to sign with, and a server that publishes some of them, or fails to.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, get_current_timestamp};
use serde_json::{Value, json};

/// A private key.
pub struct Signer {
    pub algorithm: Algorithm,
    pub key: EncodingKey,
    pub id: String,
    /// PKCS #8
    pub private_der: Vec<u8>,
    /// SubjectPublicKeyInfo
    pub public_der: Vec<u8>,
}

impl Signer {
    pub fn es256(id: &str) -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let private_der = pair.to_pkcs8v1().expect("its private half").as_ref().to_vec();
        let public_der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("its public half");
        let (key, public_der) = (EncodingKey::from_ec_der(&private_der), public_der.as_ref().to_vec());
        Self { algorithm: Algorithm::ES256, key, id: id.to_owned(), private_der, public_der }
    }

    pub fn rs256(id: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let private_der: Pkcs8V1Der<'_> = pair.as_der().expect("its private half");
        let public_der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("its public half");
        let (private_der, public_der) = (private_der.as_ref().to_vec(), public_der.as_ref().to_vec());
        let key = EncodingKey::from_rsa_pem(pem("PRIVATE KEY", &private_der).as_bytes()).expect("a key in PEM");
        Self { algorithm: Algorithm::RS256, key, id: id.to_owned(), private_der, public_der }
    }

    /// The public key, as a member of a key set.
    pub fn public(&self) -> Jwk {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).expect("a public key");
        jwk.common.key_id = Some(self.id.clone());
        jwk
    }

    pub fn header(&self) -> Header {
        Header { kid: Some(self.id.clone()), ..Header::new(self.algorithm) }
    }

    pub fn sign(&self, claims: Value) -> String {
        encode(&self.header(), &claims, &self.key).expect("a token")
    }
}

pub fn pem(kind: &str, der: &[u8]) -> String {
    let lines: Vec<_> = STANDARD.encode(der).into_bytes().chunks(64).map(|line| line.to_vec()).collect();
    let lines = String::from_utf8(lines.join(&b'\n')).expect("ASCII");
    format!("-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----\n")
}

/// The claims of a token that every server of the tests accepts, if its signature is valid.
pub fn claims(subject: &str, scope: &str) -> Value {
    let expires = get_current_timestamp() + 3600;
    json!({"iss": "http://127.0.0.1:9000", "aud": "products", "sub": subject, "scope": scope, "exp": expires})
}

/// How an issuer responds to a request for its keys.
pub enum Mode {
    Publish(String),
    Refuse,
    Hang,
}

/// A server in its own thread, so that it outlives the runtime of the first test that needs it.
pub struct Issuer {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    mode: Mutex<Mode>,
    fetches: AtomicUsize,
}

impl Issuer {
    pub fn start(keys: &[&Signer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let state = Arc::new(State { mode: Mutex::new(Mode::Publish(set(keys))), fetches: AtomicUsize::new(0) });
        let serving = Arc::clone(&state);
        thread::spawn(move || {
            let mut hanging = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                hanging.extend(serving.answer(stream));
            }
        });
        Self { address, state }
    }

    pub fn flag(&self) -> String {
        format!("--jwt-jwks-url=http://{}/keys", self.address)
    }

    /// The number of requests for its keys.
    pub fn fetches(&self) -> usize {
        self.state.fetches.load(Ordering::SeqCst)
    }

    pub fn publish(&self, keys: &[&Signer]) {
        self.set(Mode::Publish(set(keys)));
    }

    pub fn set(&self, mode: Mode) {
        *self.state.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
    }
}

impl State {
    /// Returns the connection if it must stay open without a response.
    fn answer(&self, mut stream: TcpStream) -> Option<TcpStream> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).ok()?;
            head.extend(byte);
        }
        let answer = match &*self.mode.lock().unwrap_or_else(PoisonError::into_inner) {
            Mode::Publish(set) => Some((200, set.clone())),
            Mode::Refuse => Some((500, String::new())),
            Mode::Hang => None,
        };
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let Some((status, body)) = answer else { return Some(stream) };
        let length = body.len();
        let head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
        // The client may have disconnected.
        stream.write_all((head + &body).as_bytes()).ok();
        None
    }
}

fn set(keys: &[&Signer]) -> String {
    let keys: Vec<Jwk> = keys.iter().map(|signer| signer.public()).collect();
    json!({"keys": keys}).to_string()
}

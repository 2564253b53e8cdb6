//! The clients: requests leave on schedule, whether or not the service keeps up, and latency counts from the scheduled
//! time. Clients that wait for each answer before they send the next request would hide a stall.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout};

use super::Pace;
use crate::support::http::{self, Connection, Request};

/// The time-out for a response, longer than the service may take.
const TIMEOUT: Duration = Duration::from_secs(15);

/// A steady load on replicas of the service.
pub struct Load {
    /// The admin port of a replica that lives through it all.
    pub admin: SocketAddr,
    /// Requests a second.
    pub rate: u32,
    /// Sent in turn.
    pub requests: Vec<Request>,
    /// Changes while replicas come and go, as in a load balancer.
    pub replicas: Mutex<Vec<SocketAddr>>,
}

/// One request, and what came of it.
pub struct Sample {
    pub request: String,
    /// `None` if there was no answer.
    pub status: Option<u16>,
    pub took: Duration,
}

impl Load {
    pub fn on(pace: Pace, admin: SocketAddr, replicas: &[SocketAddr], requests: Vec<Request>) -> Self {
        Self { admin, rate: pace.rate, requests, replicas: Mutex::new(replicas.to_vec()) }
    }

    /// Sends requests until `event` is over; returns when each has its answer.
    pub async fn during(&self, event: impl Future<Output = ()>) -> Vec<Sample> {
        let (begin, mut event, mut sent) = (Instant::now(), pin!(event), JoinSet::new());
        for turn in 0.. {
            let due = begin + Duration::from_secs(1) * turn / self.rate;
            if let Either::Left(_) = select(&mut event, pin!(sleep_until(due))).await {
                break;
            }
            let turn = turn as usize;
            let request = self.requests[turn % self.requests.len()].clone();
            let mut replicas = self.replicas.lock().unwrap_or_else(PoisonError::into_inner).clone();
            let first = (turn / self.requests.len()) % replicas.len().max(1);
            replicas.rotate_left(first);
            sent.spawn(async move {
                let name = format!("{} {}", request.method, request.path);
                let answer = timeout(TIMEOUT, send(&replicas, &request)).await;
                let status = answer.ok().and_then(Result::ok);
                Sample { request: name, status, took: due.elapsed() }
            });
        }
        sent.join_all().await
    }
}

/// The status of the answer. As load balancers do, it tries the next replica if one cannot be reached, and if one ends
/// the connection in the middle of a request that is safe to repeat.
async fn send(replicas: &[SocketAddr], request: &Request) -> io::Result<u16> {
    let mut failure = io::ErrorKind::AddrNotAvailable.into();
    for replica in replicas {
        let stream = match TcpStream::connect(replica).await {
            Ok(stream) => stream,
            Err(error) => {
                failure = error;
                continue;
            }
        };
        match exchange(stream, request).await {
            Err(error) if request.method == "GET" => failure = error,
            result => return result,
        }
    }
    Err(failure)
}

async fn exchange(stream: TcpStream, request: &Request) -> io::Result<u16> {
    http::write(&stream, &request.to_bytes()).await?;
    Ok(Connection(stream).receive(false).await?.status)
}

//! What the kernel knows of the process, each compared with what this test did. Only Linux has these series.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::hint::{black_box, spin_loop};
use std::iter::repeat_with;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::scrape::Scrape;
use crate::support::server::TestServer;
use crate::support::{alone, eventually};

#[tokio::test]
async fn the_process() {
    alone("process_series::the_process", use_more_of_everything()).await;
}

async fn use_more_of_everything() {
    let server = TestServer::start(&[]).await;
    let value = async |series: &str| {
        let value = Scrape::of(server.admin).await.value(series);
        value.unwrap_or_else(|| panic!("`{series}` is not there"))
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("a time after 1970").as_secs_f64();
    let age = now - value("process_start_time_seconds").await;
    // A process that starts, as this one did, is ready within 20 s; the kernel rounds the times.
    assert!((-2.0..22.0).contains(&age), "started {age} s ago");

    let before = value("process_threads").await;
    let done = Arc::new(Barrier::new(11));
    let wait = || {
        let done = Arc::clone(&done);
        thread::spawn(move || done.wait())
    };
    let threads: Vec<_> = repeat_with(wait).take(10).collect();
    let more = value("process_threads").await - before;
    assert!(more >= 10.0, "{more} threads instead of 10");
    done.wait();
    threads.into_iter().for_each(|thread| drop(thread.join()));

    let before = value("process_open_fds").await;
    let files: Vec<_> = repeat_with(|| File::open("/dev/null").expect("every Linux has it")).take(100).collect();
    let open = value("process_open_fds").await;
    assert!((90.0..110.0).contains(&(open - before)), "{before} files, then {open}");
    assert!(open < value("process_max_fds").await);
    drop(files);

    const BYTES: usize = 64 << 20;
    let before = value("process_resident_memory_bytes").await;
    let memory = black_box(vec![1u8; BYTES]);
    let grown = value("process_resident_memory_bytes").await - before;
    assert!((0.9..1.5).contains(&(grown / BYTES as f64)), "grown by {grown} bytes");
    drop(memory);

    let before = value("process_cpu_seconds_total").await;
    let spin = async || {
        (0..20_000_000).for_each(|_| spin_loop());
        value("process_cpu_seconds_total").await > before
    };
    eventually("CPU time passes", spin).await;
}

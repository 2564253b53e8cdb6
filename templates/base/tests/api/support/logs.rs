//! The log of all servers in this process. Tests share it, so each looks up its own request ids.

use std::io;
use std::sync::{Mutex, Once, PoisonError};

use app::platform::log::Json;
use serde_json::Value;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::{layer::SubscriberExt, util::SubscriberInitExt};

use super::eventually;

static LINES: Mutex<Vec<Value>> = Mutex::new(Vec::new());

/// Starts recording on the first call.
pub fn record() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        tracing_subscriber::registry().with(LevelFilter::INFO).with(Json(|| Lines)).init();
    });
}

/// Every line so far with this request id.
pub fn about(request_id: &str) -> Vec<Value> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.iter().filter(|line| line["request_id"] == request_id).cloned().collect()
}

/// Every line so far that contains this text.
pub fn with(text: &str) -> Vec<Value> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    lines.iter().filter(|line| line.to_string().contains(text)).cloned().collect()
}

/// The lines about a request, once there is one: it may be written after the response.
pub async fn wait_for(request_id: &str) -> Vec<Value> {
    eventually("the request is logged", async || !about(request_id).is_empty()).await;
    about(request_id)
}

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let line_of_json = serde_json::from_slice(line).expect("each line is one JSON object");
        LINES.lock().unwrap_or_else(PoisonError::into_inner).push(line_of_json);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

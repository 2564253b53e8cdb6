//! A body that keeps the rules of its type, or the envelope that says which it breaks.

use std::sync::Arc;

use axum::{Json, body::HttpBody, extract::DefaultBodyLimit, extract::FromRequest, extract::Request};
use garde::Validate;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::error::{Detail, Error, Result};

/// A JSON body, valid.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()>> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Error;

    async fn from_request(mut request: Request, app: &Arc<App>) -> Result<Self> {
        let limit = app.config.body_limit.as_u64();
        // Before anything is read: a client that waits for `100 Continue` then sends nothing (RFC 9110 10.1.1).
        if request.body().size_hint().lower() > limit {
            return Err(Error::of(413));
        }
        DefaultBodyLimit::max(limit as usize).apply(&mut request);
        let json = Json::<T>::from_request(request, app).await;
        let Json(value) = json.map_err(|no| Error::new(no.status().as_u16(), no.body_text()))?;
        let Err(report) = value.validate() else { return Ok(Self(value)) };
        let broken = report.into_inner().into_iter();
        let details = broken.map(|(path, error)| Detail { field: path.to_string(), message: error.to_string() });
        Err(Error { details: details.collect(), ..Error::of(422) })
    }
}

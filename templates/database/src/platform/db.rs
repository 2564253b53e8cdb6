//! Database access for requests: statements with a deadline, a bound on waiting requests, a breaker, and the conversion
//! of database errors to API errors.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use sqlx::Connection as _;
use tokio::sync::{Mutex, Semaphore};

use super::breaker::{Breaker, Failed, Failure, Turn};
use super::engine::{self, Connection, DEADLINE, Options};
use super::error::{Error, Result};
use super::pool::{Pool, Unconnected};
use super::settings::one_of;
use super::telemetry;

#[derive(clap::Args)]
#[group(skip)]
pub struct Settings {
    #[command(flatten)]
    pub engine: engine::Settings,
    /// Run pending migrations before serving
    #[arg(long, env, default_value = "true", action = clap::ArgAction::Set)]
    #[arg(value_parser = one_of(&[("true", true), ("false", false)]))]
    pub migrate_on_start: bool,
}

pub struct Database {
    pub pool: Pool,
    breaker: Breaker,
    /// The time-out for a statement: shorter than that of its request, which would end it before the breaker counts it.
    deadline: Duration,
    /// Half of the requests that may be in flight: requests that wait for the database leave room for the others.
    permits: Semaphore,
}

impl Database {
    /// # Errors
    /// As [`engine::for_requests`].
    pub fn new(settings: &super::Settings) -> anyhow::Result<Self> {
        let deadline = DEADLINE.min(settings.guard.request_timeout * 9 / 10);
        let pool = Pool::new(&settings.database.engine.database_url, deadline)?;
        let permits = Semaphore::new(settings.guard.max_in_flight.get().div_ceil(2));
        Ok(Self { pool, breaker: Breaker::new("database", 0), deadline, permits })
    }

    /// Runs a statement on the pool. Fails if there is no result in time, because a connection may be dead without an
    /// error; fails at once while the breaker is open.
    ///
    /// # Errors
    /// See `From<sqlx::Error>` below.
    pub async fn run<T>(&self, statement: impl Future<Output = sqlx::Result<T>>) -> Result<T> {
        let unsent = |cause| Error { unchanged: true, ..Error::of(503) }.because(cause);
        let Ok(_permit) = self.permits.try_acquire() else {
            return Err(Error { r#type: "overloaded", ..unsent("too many requests wait for the database") });
        };
        if let Turn::Wait = self.breaker.turn() {
            return Err(unsent("the database failed recently"));
        }
        self.breaker.call(self.deadline, statement).await.map_err(|failed| match failed {
            Failed::Late(_) => Error::of(503).because("the database did not respond in time"),
            Failed::Error(error) => error.into(),
        })
    }

    /// Like [`Database::run`], for a statement that may violate a unique constraint: the error message is then `taken`.
    ///
    /// # Errors
    /// See `From<sqlx::Error>` below.
    pub async fn run_unique<T>(
        &self,
        statement: impl Future<Output = sqlx::Result<T>>,
        taken: &'static str,
    ) -> Result<T> {
        let statement = statement.map(|result| match result {
            Err(sqlx::Error::Database(error)) if error.is_unique_violation() => {
                Ok(Err(Error { message: taken, ..Error::of(409) }.because(error)))
            }
            result => result.map(Ok),
        });
        self.run(statement).await?
    }
}

/// Checks whether the database responds, on a connection that requests do not use and that is kept between checks.
pub fn probe(options: &Options) -> impl Fn() -> BoxFuture<'static, anyhow::Result<()>> + use<> {
    let (options, kept) = (options.clone(), Arc::new(Mutex::new(None::<Connection>)));
    move || {
        let (options, kept) = (options.clone(), Arc::clone(&kept));
        let ask = async move {
            let mut kept = kept.lock().await;
            let mut connection = match kept.take() {
                Some(connection) => connection,
                None => Connection::connect_with(&options).await?,
            };
            connection.ping().await?;
            *kept = Some(connection);
            Ok(())
        };
        ask.boxed()
    }
}

impl Failure for sqlx::Error {
    fn is_outage(&self) -> bool {
        match self {
            Self::Database(error) => engine::is_outage(&**error) && !engine::is_contention(&**error),
            Self::Io(_) | Self::Tls(_) | Self::Protocol(_) | Self::WorkerCrashed => true,
            _ => false,
        }
    }

    /// No connection of the pool was free.
    fn is_unsent(&self) -> bool {
        matches!(self, Self::PoolTimedOut | Self::PoolClosed)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if matches!(error, sqlx::Error::PoolTimedOut) {
            telemetry::count("db_pool_timeouts_total");
        }
        let answer = match &error {
            sqlx::Error::Database(error) if error.is_unique_violation() => Self::of(409),
            sqlx::Error::Database(error) if error.is_foreign_key_violation() => {
                Self { message: "a referenced resource is missing, or this one is still referenced", ..Self::of(409) }
            }
            sqlx::Error::Database(error) if error.is_check_violation() => Self::of(422),
            sqlx::Error::Database(error) if !engine::is_outage(&**error) => Self { unchanged: true, ..Self::of(500) },
            sqlx::Error::Database(error) if engine::is_contention(&**error) => {
                Self { unchanged: true, ..Self::of(503) }
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => Self { unchanged: true, ..Self::of(503) },
            error if error.is_outage() => Self { unchanged: Unconnected::is_cause_of(error), ..Self::of(503) },
            // The statement does not fit the code: a column that it does not have, or one of another type.
            _ => Self::of(500),
        };
        answer.because(error)
    }
}

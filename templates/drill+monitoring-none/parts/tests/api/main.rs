//= happen

use drill::outcome::happen;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

//! Letting pages of other origins call us.

use std::time::Duration;

use axum::Router;
use tower_http::cors::{AllowHeaders, AllowMethods, AllowOrigin, CorsLayer};

use super::AppError;

/// How long a browser may remember a preflight answer.
const PREFLIGHT_AGE: Duration = Duration::from_secs(3600);

/// Lets pages of every origin use the routes of `router`: visitors come from the sites of customers, which we do not
/// know. Echoing the origin is safe because we have no cookies; a token is sent on purpose or not at all.
pub fn for_any_origin<S: Clone + Send + Sync + 'static>(router: Router<S>) -> Router<S> {
    let layer = CorsLayer::new()
        .allow_origin(AllowOrigin::mirror_request())
        .allow_methods(AllowMethods::mirror_request())
        .allow_headers(AllowHeaders::mirror_request())
        .allow_credentials(true)
        .max_age(PREFLIGHT_AGE);
    // Set here: a fallback set later would stand outside the layer, and the preflight falls back.
    router.method_not_allowed_fallback(async || AppError::MethodNotAllowed).layer(layer)
}

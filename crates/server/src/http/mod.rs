//! The HTTP base: the answer envelope, extractors, layers that every route shares, and the routes that need no domain.
//!
//! A router is built in three steps: [`base_routes`] merged with whatever else there is, [`Document::about`] it, then [`finish`] around it all.

pub mod api;
mod audit;
mod cors;
mod envelope;
mod extract;
mod layers;
mod openapi;
mod repeat;
mod routes;
mod web;

use audit::note_sign_in;
pub use audit::{Audited, Auditing, Audits, audited};
pub use cors::for_any_origin;
pub use envelope::{AppError, Success};
pub use extract::{JsonBody, QueryParams};
pub use layers::finish;
pub use openapi::{Access, Description, Document, Input, Output, Routes, Signature, document_routes};
use repeat::{IDEMPOTENCY_KEY, MAX_KEY, uid_from_key};
pub use repeat::{Repeats, once};
pub use routes::base_routes;
pub use web::web_routes;

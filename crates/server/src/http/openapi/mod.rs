//! The OpenAPI document of the HTTP API, made from the handlers themselves.
//!
//! [`Routes`] is the one way to register a route: it hands the handler to axum and keeps what its [`Signature`] says, so that
//! the document cannot tell of other routes than there are. An extractor says what it reads ([`Input`]), an answer what it
//! looks like ([`Output`]), a path what its parameters are; schemas follow from the types (`schemars`), with their doc
//! comments. [`Document`] puts that together, `reference.rs` shows it to people.
//! See `docs/adr/0016-openapi-from-signatures.md`.

mod description;
mod document;
#[cfg(test)]
mod error_pages;
mod pages;
mod reference;
mod routes;
mod signature;
#[cfg(test)]
mod tests;

use reference::reference;

pub use description::{Access, Description};
pub use document::Document;
pub use pages::document_routes;
pub use routes::Routes;
pub use signature::{Input, Output, Signature};

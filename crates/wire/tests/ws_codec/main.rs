//! The WebSocket codec from outside: byte cases, laws, and the same traffic through an independent implementation.

mod cases;
mod laws;
mod transcript;
mod tungstenite_peer;

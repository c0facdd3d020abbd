//! The bus on a real Redis, that dies, stands still, forgets and cuts connections.

mod asking;
mod hearing;
mod losses;
mod node;
mod online;
mod secure;
mod server;

//! The `deskwire` binary.

use std::process::ExitCode;

use deskwire_server::gateway::Extensions;

/// Keeps the least memory per idle connection of the allocators compared.
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    deskwire_server::cli::run(Extensions::default())
}

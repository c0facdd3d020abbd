//! Buffers that connections borrow from their worker thread for the time of one read or write.

use std::{cell::RefCell, thread::LocalKey};

/// Bytes read from a socket at a time.
pub(super) const READ: usize = 64 * 1024;
/// A write buffer that had to grow beyond this is given back.
const WRITE_KEPT: usize = 1024 * 1024;

thread_local! {
    static INPUT: RefCell<Box<[u8]>> = RefCell::new(vec![0; READ].into());
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static FRAME: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Lends the thread's input buffer. `borrower` must not borrow it again.
pub(super) fn input<R>(borrower: impl FnOnce(&mut [u8]) -> R) -> R {
    INPUT.with_borrow_mut(|buffer| borrower(buffer))
}

/// Lends the thread's output buffer, empty. `borrower` must not borrow it again.
pub(super) fn output<R>(borrower: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    lend(&OUTPUT, borrower)
}

/// Lends the thread's buffer for one frame, empty. `borrower` must not borrow it again.
pub(super) fn frame<R>(borrower: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    lend(&FRAME, borrower)
}

fn lend<R>(buffer: &'static LocalKey<RefCell<Vec<u8>>>, borrower: impl FnOnce(&mut Vec<u8>) -> R) -> R {
    buffer.with_borrow_mut(|buffer| {
        buffer.clear();
        let result = borrower(buffer);
        if buffer.capacity() > WRITE_KEPT {
            *buffer = Vec::new();
        }
        result
    })
}

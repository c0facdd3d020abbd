use super::{Refusal, SessionConfig};
use crate::stomp::Frame;

/// The open transactions of a connection, with the SEND, ACK and NACK frames that wait for their COMMIT.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    open: Vec<Transaction>,
    /// Octets of all waiting frames.
    bytes: usize,
}

#[derive(Debug)]
struct Transaction {
    id: Box<str>,
    frames: Vec<Frame>,
}

impl Transactions {
    pub(super) fn begin(&mut self, id: &str, config: &SessionConfig) -> Result<(), Refusal> {
        if self.position(id).is_ok() {
            return Err(Refusal::DuplicateTransaction);
        }
        if self.open.len() >= config.max_transactions {
            return Err(Refusal::TooManyTransactions { limit: config.max_transactions });
        }
        self.open.push(Transaction { id: id.into(), frames: Vec::new() });
        Ok(())
    }

    /// Whether another frame of `size` octets may join the transaction; returns its place for [`add`](Self::add).
    pub(super) fn room_for(&self, id: &str, size: usize, config: &SessionConfig) -> Result<usize, Refusal> {
        let position = self.position(id)?;
        let is_full = self.open[position].frames.len() >= config.max_transaction_frames;
        if is_full || self.bytes + size > config.max_transaction_bytes {
            return Err(Refusal::TransactionTooLarge);
        }
        Ok(position)
    }

    pub(super) fn add(&mut self, position: usize, frame: Frame) {
        self.bytes += frame.size();
        self.open[position].frames.push(frame);
    }

    /// Closes a transaction and returns its frames in their order.
    pub(super) fn end(&mut self, id: &str) -> Result<Vec<Frame>, Refusal> {
        let frames = self.open.remove(self.position(id)?).frames;
        self.bytes -= frames.iter().map(Frame::size).sum::<usize>();
        if self.open.is_empty() {
            self.open = Vec::new();
        }
        Ok(frames)
    }

    fn position(&self, id: &str) -> Result<usize, Refusal> {
        self.open.iter().position(|transaction| *transaction.id == *id).ok_or(Refusal::UnknownTransaction)
    }
}

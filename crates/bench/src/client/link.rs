//! A WebSocket as a stream of bytes in and messages out.

use std::{
    cell::RefCell,
    pin::Pin,
    task::{Context, Poll, ready},
};

use deskwire_wire::ws::{self, CloseCode, Event, Opcode};
use tokio::{
    io::{AsyncRead as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf},
    net::TcpStream,
};

use super::{ClientError, Endpoint};
use crate::stamp::random;

/// Bytes of one read.
const READ_SIZE: usize = 64 * 1024;
/// Longest head of an opening response.
const MAX_HEAD: usize = 16 * 1024;
/// Longest message that a server may send.
const MAX_MESSAGE: usize = 16 * 1024 * 1024;
/// Bytes that may wait for a server that does not read.
const MAX_UNWRITTEN: usize = 64 * 1024 * 1024;

thread_local! {
    /// What a read fills. Everything in it is consumed before the next task runs, so that all connections share it.
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_SIZE]);
}

/// An open WebSocket.
#[derive(Debug)]
pub(super) struct Link {
    stream: TcpStream,
    decoder: ws::Decoder,
    out: Out,
}

/// Frames that are to be written.
#[derive(Debug)]
pub(super) struct Out {
    bytes: Vec<u8>,
    /// How many of them have been.
    written: usize,
    mask: u64,
}

impl Link {
    /// Opens a WebSocket.
    pub(super) async fn open(endpoint: &Endpoint, path: &str, subprotocol: &str) -> Result<Self, ClientError> {
        let mut stream = endpoint.dial().await?;
        let nonce = u128::from(random()) << 64 | u128::from(random());
        let key = ws::client_key(nonce.to_ne_bytes());
        let request = ws::client_request(endpoint.authority(), path, Some(subprotocol), &key);
        stream.write_all(request.as_bytes()).await?;
        let mut reader = ws::ResponseReader::new(&key, Some(subprotocol), MAX_HEAD);
        let mut accepted = None;
        while accepted.is_none() {
            accepted = std::future::poll_fn(|context| {
                poll_read_with(&mut stream, context, |mut input| {
                    let accepted = reader.read(&mut input)?;
                    if !input.is_empty() {
                        return Err(ClientError::Closed("the server speaks first".into()));
                    }
                    Ok(accepted)
                })
            })
            .await?;
        }
        let decoder = ws::Decoder::new(ws::Role::Client, ws::Limits { max_message: MAX_MESSAGE });
        Ok(Self { stream, decoder, out: Out { bytes: Vec::new(), written: 0, mask: random() | 1 } })
    }

    /// Reads once and hands on the data that came, piece by piece, with the place for answers.
    pub(super) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        mut on_data: impl FnMut(&[u8], &mut Out) -> Result<(), ClientError>,
    ) -> Poll<Result<(), ClientError>> {
        let Self { stream, decoder, out } = self;
        poll_read_with(stream, context, |mut input| {
            while let Some(event) = decoder.decode(&mut input)? {
                match event {
                    Event::Data { payload, .. } => on_data(payload, out)?,
                    Event::Ping(payload) => out.frame(Opcode::Pong, payload.as_ref())?,
                    Event::Pong(_) => {}
                    Event::Close(close) => {
                        let reason = close.map(|close| format!("{} {}", close.code.get(), close.reason));
                        return Err(ClientError::Closed(reason.unwrap_or_else(|| "without a reason".into())));
                    }
                }
            }
            Ok(())
        })
    }

    /// Writes what was collected, as far as the socket takes it.
    pub(super) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        let Out { bytes, written, .. } = &mut self.out;
        while *written < bytes.len() {
            *written += ready!(Pin::new(&mut self.stream).poll_write(context, &bytes[*written..]))?;
        }
        bytes.clear();
        *written = 0;
        Poll::Ready(Ok(()))
    }

    /// Where frames are collected.
    pub(super) const fn out(&mut self) -> &mut Out {
        &mut self.out
    }

    /// Adds a close frame.
    pub(super) fn close(&mut self) -> Result<(), ClientError> {
        let mask = self.out.next_mask();
        ws::put_masked_close(&mut self.out.bytes, CloseCode::NORMAL, "", mask);
        Ok(())
    }
}

impl Out {
    /// Adds a frame.
    pub(super) fn frame(&mut self, opcode: Opcode, payload: &[u8]) -> Result<(), ClientError> {
        if self.bytes.len() + payload.len() > MAX_UNWRITTEN {
            return Err(ClientError::Congested);
        }
        let mask = self.next_mask();
        ws::put_masked_frame(&mut self.bytes, opcode, payload, mask);
        Ok(())
    }

    /// Masks protect intermediaries from what a web page makes a browser send (RFC 6455 §10.3); here they only have to
    /// be there, so that a fast generator does (xorshift64).
    const fn next_mask(&mut self) -> [u8; 4] {
        self.mask ^= self.mask << 13;
        self.mask ^= self.mask >> 7;
        self.mask ^= self.mask << 17;
        ((self.mask >> 32) as u32).to_ne_bytes()
    }
}

/// Reads once into the shared buffer and consumes it.
fn poll_read_with<T>(
    stream: &mut TcpStream,
    context: &mut Context<'_>,
    consume: impl FnOnce(&mut [u8]) -> Result<T, ClientError>,
) -> Poll<Result<T, ClientError>> {
    READ.with_borrow_mut(|buffer| {
        let mut read = ReadBuf::new(buffer);
        ready!(Pin::new(stream).poll_read(context, &mut read))?;
        if read.filled().is_empty() {
            return Poll::Ready(Err(ClientError::Closed("end of stream".into())));
        }
        Poll::Ready(consume(read.filled_mut()))
    })
}

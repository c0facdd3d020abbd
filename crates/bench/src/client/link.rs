//! A socket as a stream of bytes in and frames out.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, ready},
};

use deskwire_wire::ws;
use tokio::{
    io::{AsyncRead as _, AsyncWrite as _, AsyncWriteExt as _, ReadBuf},
    net::TcpStream,
};

use super::{ClientError, Endpoint, input::Input, output::Output};
use crate::stamp::random;

/// Bytes of one read.
const READ_SIZE: usize = 64 * 1024;
/// Longest head of an opening response.
const MAX_HEAD: usize = 16 * 1024;

thread_local! {
    /// What a read fills. Everything in it is consumed before the next task runs, so that all connections share it.
    static READ: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_SIZE]);
}

/// An open connection, below the protocol that it carries.
#[derive(Debug)]
pub(super) struct Link {
    stream: TcpStream,
    input: Input,
    output: Output,
}

impl Link {
    /// Opens a WebSocket.
    pub(super) async fn websocket(endpoint: &Endpoint, path: &str, subprotocol: &str) -> Result<Self, ClientError> {
        Self::upgrade(endpoint, path, Some(subprotocol), Input::websocket(), Output::websocket()).await
    }

    /// Opens a session of SockJS over WebSocket below the path `base`, and waits until the server says so.
    pub(super) async fn sockjs(endpoint: &Endpoint, base: &str) -> Result<Self, ClientError> {
        let path = format!("{base}/{:03}/{:08x}/websocket", random() % 1000, random() as u32);
        let mut link = Self::upgrade(endpoint, &path, None, Input::sockjs(), Output::sockjs()).await?;
        while !link.input.is_open() {
            poll_fn(|context| link.poll_read(context, |_, _| Ok(()))).await?;
        }
        Ok(link)
    }

    /// Opens a connection whose protocol needs no framing.
    pub(super) async fn stream(endpoint: &Endpoint) -> Result<Self, ClientError> {
        Ok(Self { stream: endpoint.dial().await?, input: Input::Stream, output: Output::stream() })
    }

    async fn upgrade(
        endpoint: &Endpoint,
        path: &str,
        subprotocol: Option<&str>,
        mut input: Input,
        mut output: Output,
    ) -> Result<Self, ClientError> {
        let mut stream = endpoint.dial().await?;
        let nonce = u128::from(random()) << 64 | u128::from(random());
        let key = ws::client_key(nonce.to_ne_bytes());
        let request = ws::client_request(endpoint.authority(), path, subprotocol, &key);
        stream.write_all(request.as_bytes()).await?;
        let mut reader = ws::ResponseReader::new(&key, subprotocol, MAX_HEAD);
        let mut accepted = None;
        while accepted.is_none() {
            accepted = poll_fn(|context| {
                poll_read_with(&mut stream, context, |mut bytes| {
                    let accepted = reader.read(&mut bytes)?;
                    // SockJS greets right behind the response; a protocol does not speak first.
                    input.receive(bytes, &mut output, |_, _| {
                        Err(ClientError::Closed("the server speaks first".into()))
                    })?;
                    Ok(accepted)
                })
            })
            .await?;
        }
        Ok(Self { stream, input, output })
    }

    /// Reads once and hands on the protocol's bytes that came, piece by piece, with the place for answers.
    pub(super) fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        on_data: impl FnMut(&[u8], &mut Output) -> Result<(), ClientError>,
    ) -> Poll<Result<(), ClientError>> {
        let Self { stream, input, output } = self;
        poll_read_with(stream, context, |bytes| input.receive(bytes, output, on_data))
    }

    /// Writes what was collected, as far as the socket takes it.
    pub(super) fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        while !self.output.unwritten().is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(context, self.output.unwritten()))?;
            self.output.advance(written);
        }
        Poll::Ready(Ok(()))
    }

    /// Where frames are collected.
    pub(super) const fn output(&mut self) -> &mut Output {
        &mut self.output
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

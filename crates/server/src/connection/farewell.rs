//! How a connection ends once nothing more is acted on (RFC 6455 §7.1).

use std::{io, mem, time::Duration};

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    carrier::Carrier,
    framing::{Closing, Framing},
    protocol::Ending,
};

/// How long a client may take to hear our last words and to answer them.
const WAIT: Duration = Duration::from_secs(2);

/// What is left of a connection: nobody sends to it any more.
pub(super) struct Farewell {
    pub(super) carrier: Carrier,
    pub(super) framing: Framing,
    /// Output that did not fit into the socket.
    pub(super) unsent: BytesMut,
    /// Whether the client was the first to close, or broke the framing.
    pub(super) closing: Option<Closing>,
}

impl Farewell {
    /// Says what is left to say and how it ends, and waits for the client to have heard it.
    ///
    /// # Errors
    /// Those of the socket. A client that does not answer in time is none.
    pub(super) async fn say(mut self, ending: Ending) -> io::Result<()> {
        tokio::time::timeout(WAIT, self.end(ending)).await.unwrap_or(Ok(()))
    }

    async fn end(&mut self, ending: Ending) -> io::Result<()> {
        let mut last = Vec::from(mem::take(&mut self.unsent));
        self.framing.frames(&mut last).close(ending.code, ending.reason);
        self.carrier.write_all(&last).await?;
        self.carrier.flush().await?;
        let io = match &mut self.carrier {
            Carrier::Socket(io) => io,
            Carrier::Session(session) => {
                session.close(ending.code.get(), ending.reason);
                return Ok(());
            }
        };
        let mut input = [0; 512];
        while self.framing.is_websocket() && self.closing.is_none() {
            // Who ends the socket before the other has said Close too takes away what is still on its way.
            match io.read(&mut input).await? {
                0 => return Ok(()),
                read => self.closing = self.framing.receive(&mut input[..read], |_| {}).closing,
            }
        }
        io.shutdown().await?;
        if let Some(Closing::Said(_)) = self.closing {
            return Ok(());
        }
        // What the client had under way is read, or the kernel would reset the connection under our last words.
        while io.read(&mut input).await? > 0 {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::{future::poll_fn, pin::pin, task::Poll};

    use deskwire_wire::ws::{CloseCode, put_masked_close};
    use tokio::net::{TcpListener, TcpStream};

    use super::*;
    use crate::listener::Io;

    const ENDING: Ending = Ending::new(CloseCode::GOING_AWAY, "bye");
    const CLOSE: &[u8] = b"\x88\x05\x03\xe9bye";

    async fn farewell(closing: Option<Closing>) -> (Farewell, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let carrier = Carrier::Socket(Io::Tcp(listener.accept().await.unwrap().0));
        let unsent = BytesMut::from("last words");
        (Farewell { carrier, framing: Framing::websocket(1000), unsent, closing }, client)
    }

    async fn hears_last_words(client: &mut TcpStream) {
        let mut heard = vec![0; 10 + CLOSE.len()];
        client.read_exact(&mut heard).await.unwrap();
        assert_eq!(heard, [b"last words", CLOSE].concat());
    }

    #[tokio::test]
    async fn the_socket_ends_after_the_client_has_said_close() {
        let (farewell, mut client) = farewell(None).await;
        let mut saying = pin!(farewell.say(ENDING));
        let mut is_over = async || poll_fn(|cx| Poll::Ready(saying.as_mut().poll(cx).is_ready())).await;
        assert!(!is_over().await);
        hears_last_words(&mut client).await;
        assert!(!is_over().await);
        let error = client.try_read(&mut [0]).expect_err("the stream is at its end");
        assert_eq!(error.kind(), io::ErrorKind::WouldBlock);

        let mut answer = b"\x81\x81\0\0\0\0x".to_vec();
        put_masked_close(&mut answer, CloseCode::GOING_AWAY, "", [1, 2, 3, 4]);
        client.write_all(&answer).await.unwrap();
        saying.await.unwrap();
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn who_closed_first_is_not_waited_for() {
        let (farewell, mut client) = farewell(Some(Closing::Said(CloseCode::NORMAL))).await;
        farewell.say(ENDING).await.unwrap();
        hears_last_words(&mut client).await;
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
    }

    #[tokio::test]
    async fn what_a_client_goes_on_to_say_does_not_cut_the_last_words_off() {
        let (farewell, mut client) = farewell(Some(Closing::Broke(CloseCode::PROTOCOL_ERROR))).await;
        client.write_all(&[0xff; 4096]).await.unwrap();
        let saying = tokio::spawn(farewell.say(ENDING));
        hears_last_words(&mut client).await;
        assert_eq!(client.read(&mut [0]).await.unwrap(), 0);
        drop(client);
        saying.await.unwrap().unwrap();
    }
}

//! A visitor on STOMP.

use std::{
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
};

use crate::{
    client::{Client, ClientError, Event, Login, Protocol, Server},
    pace::Pacing,
    scenario::{
        ScenarioError,
        books::{Books, Reader, Side},
        setup::Conversation,
    },
    stamp::Body,
};

/// One visitor.
pub(super) struct Visitor {
    client: Client,
    books: Rc<Books>,
    conversation: usize,
    destination: String,
    body: Body,
    pacing: Pacing,
}

impl Visitor {
    /// Connects the visitor of `conversation`, which is the one with this `number`.
    ///
    /// # Errors
    /// [`ScenarioError`].
    pub(super) async fn connect(
        server: &Server,
        books: Rc<Books>,
        number: usize,
        conversation: &Conversation,
        pacing: Pacing,
        size: u32,
    ) -> Result<Self, ScenarioError> {
        let login = Login { name: Some(&conversation.visitor), ..Login::default() };
        let mut client = Client::connect(server, Protocol::StompWs, login).await?;
        client.subscribe(&Protocol::StompWs.topic(&conversation.topic)).await?;
        let id = &books.run.id;
        let message = conversation.json("TEXT", &id.uid(), &id.content(size as usize));
        let body = id.body(message.to_string().into_bytes())?;
        let destination = format!("/app/{}", conversation.topic.replace('/', "."));
        Ok(Self { client, books, conversation: number, destination, body, pacing })
    }

    /// Talks until the connection fails.
    pub(super) async fn run(mut self) {
        if let Err(error) = poll_fn(|context| self.poll(context)).await {
            self.books.run.failed(&error);
        }
    }

    /// Ends only with an error.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        let Self { client, books, conversation, destination, body, pacing } = self;
        let on_event = |event: Event<'_>| {
            let Event::Message { body, seq, .. } = event else { return };
            match books.arrived(*conversation, Reader::Visitor, body, seq) {
                Some((Side::Visitor, stamp)) => {
                    books.run.delivered_aside();
                    books.run.committed();
                    books.run.echoed(stamp.time);
                }
                Some((Side::Agent, stamp)) => books.run.delivered(stamp.time),
                None => {}
            }
        };
        while let Poll::Ready(received) = client.poll_receive(context, on_event) {
            received?;
        }
        pacing.send_due(
            context,
            &books.run,
            || books.on_the_way(*conversation),
            |time| {
                let stamp = books.next_stamp(*conversation, Side::Visitor, time);
                client.publish(destination, body.with(stamp))
            },
        )?;
        if let Poll::Ready(Err(error)) = client.poll_flush(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Pending
    }
}

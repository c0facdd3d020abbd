//! A visitor on STOMP, who types, says something, reads the answer, and sometimes takes back what it has said.

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
    stamp::{Body, Stamp},
};

/// One visitor.
pub(super) struct Visitor {
    client: Client,
    books: Rc<Books>,
    number: usize,
    conversation: Conversation,
    destination: String,
    body: Body,
    pacing: Pacing,
    recall_every: u32,
    /// The answers that the last read brought.
    answers: Vec<Stamp>,
}

/// What visitors do alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// Bytes of what a visitor says.
    pub(super) size: u32,
    /// Every how many texts one is recalled.
    pub(super) recall_every: u32,
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
        conversation: Conversation,
        pacing: Pacing,
        habits: Habits,
    ) -> Result<Self, ScenarioError> {
        let login = Login { name: Some(&conversation.visitor), ..Login::default() };
        let mut client = Client::connect(server, Protocol::StompWs, login).await?;
        client.subscribe(&Protocol::StompWs.topic(&conversation.topic)).await?;
        let id = &books.run.id;
        let message = conversation.json("TEXT", &id.uid(), &id.content(habits.size as usize));
        let body = id.body(message.to_string().into_bytes())?;
        let destination = format!("/app/{}", conversation.topic.replace('/', "."));
        let recall_every = habits.recall_every;
        Ok(Self { client, books, number, conversation, destination, body, pacing, recall_every, answers: Vec::new() })
    }

    /// Talks until the connection fails.
    pub(super) async fn run(mut self) {
        if let Err(error) = poll_fn(|context| self.poll(context)).await {
            self.books.run.failed(&error);
        }
    }

    /// Ends only with an error.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        while let Poll::Ready(received) = self.poll_read(context) {
            received?;
        }
        self.react()?;
        let Self { client, books, number, conversation, destination, body, pacing, .. } = self;
        pacing.send_due(
            context,
            &books.run,
            || 0,
            |time| {
                let stamp = books.next_stamp(*number, Side::Visitor, time);
                let typing = conversation.json("TYPING", &format!("{}-typing", books.run.id.uid_of(stamp)), "");
                client.publish(destination, typing.to_string().as_bytes())?;
                client.publish(destination, body.with(stamp))
            },
        )?;
        if let Poll::Ready(Err(error)) = client.poll_flush(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Pending
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        let Self { client, books, number, answers, .. } = self;
        client.poll_receive(context, |event| {
            let Event::Message { body, seq, .. } = event else { return };
            match books.arrived(*number, Reader::Visitor, body, seq) {
                Some((Side::Visitor, stamp)) => {
                    books.run.delivered_aside();
                    books.run.committed();
                    books.run.echoed(stamp.time);
                }
                Some((Side::Agent, stamp)) => {
                    books.run.delivered(stamp.time);
                    answers.push(stamp);
                }
                None => {}
            }
        })
    }

    /// Says READ for each answer, and RECALL for some of what was answered.
    fn react(&mut self) -> Result<(), ClientError> {
        let Self { client, books, number, conversation, destination, answers, recall_every, .. } = self;
        for answer in answers.drain(..) {
            let id = &books.run.id;
            let mut say = |kind: &str, about: &str| {
                let message = conversation.json(kind, &format!("{about}-{kind}"), about);
                client.publish(destination, message.to_string().as_bytes())
            };
            say("READ", &id.uid_of(answer))?;
            // Conversations take their turn in this as well: few of them get far in a short run.
            if (*number as u32).wrapping_add(answer.number).is_multiple_of(*recall_every) {
                say("RECALL", &id.uid_of(Books::question(*number, answer.number)))?;
            }
        }
        Ok(())
    }
}

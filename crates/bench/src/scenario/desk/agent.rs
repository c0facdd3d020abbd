//! An agent on MQTT, who reads and answers what the visitors of its conversations say.

use std::{
    cell::RefCell,
    collections::HashMap,
    future::poll_fn,
    rc::Rc,
    task::{Context, Poll},
};

use deskwire_model::proto;
use prost::Message as _;

use crate::{
    client::{Client, ClientError, Event},
    scenario::{
        books::{Books, Reader, Side},
        setup::{Account, Conversation},
    },
    stamp::{Body, NoStamp, RunId, Stamp},
};

/// The conversations of an agent in which visitors talk, by topic. They are filled in while the agent is connected
/// already, as it has to answer pings from the beginning.
#[derive(Clone, Default)]
pub(super) struct Places(Rc<RefCell<HashMap<String, Place>>>);

/// The connection of an agent.
pub(super) struct Agent {
    client: Client,
    books: Rc<Books>,
    places: Places,
    /// What the last read brought: where, and which message of the visitor.
    questions: Vec<(String, Stamp)>,
}

/// One conversation, as its agent has it.
struct Place {
    number: usize,
    read: proto::Message,
    answer: Body,
}

/// The one field of a message that is needed here; prost skips the others without an allocation.
#[derive(prost::Message)]
struct Position {
    #[prost(uint64, tag = "100")]
    seq: u64,
}

impl Places {
    /// Gives the agent `account` the `conversation` with this `number`.
    ///
    /// # Errors
    /// [`NoStamp`] never happens with a message that has content.
    pub(super) fn add(
        &self,
        id: &RunId,
        account: &Account,
        (number, conversation): (usize, &Conversation),
        size: u32,
    ) -> Result<(), NoStamp> {
        let message = |kind: &str, uid: String, content: String| proto::Message {
            uid,
            r#type: kind.to_owned(),
            content,
            status: "SENDING".into(),
            channel: "WEB".into(),
            thread: Some(proto::Thread {
                uid: conversation.thread["uid"].as_str().unwrap_or_default().into(),
                topic: conversation.topic.clone(),
                r#type: "WORKGROUP".into(),
                ..proto::Thread::default()
            }),
            user: Some(proto::User { uid: account.uid.clone(), ..proto::User::default() }),
            ..proto::Message::default()
        };
        let answer = id.body(message("TEXT", id.uid(), id.content(size as usize)).encode_to_vec())?;
        let read = message("READ", String::new(), String::new());
        self.0.borrow_mut().insert(conversation.topic.clone(), Place { number, read, answer });
        Ok(())
    }
}

impl Agent {
    /// The agent on `client`, with what is in `places`.
    pub(super) const fn new(client: Client, books: Rc<Books>, places: Places) -> Self {
        Self { client, books, places, questions: Vec::new() }
    }

    /// Answers until the connection fails.
    pub(super) async fn run(mut self) {
        if let Err(error) = poll_fn(|context| self.poll(context)).await {
            self.books.run.failed(&error);
        }
    }

    /// Ends only with an error.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        while let Poll::Ready(received) = self.poll_read(context) {
            received?;
            self.answer()?;
        }
        if let Poll::Ready(Err(error)) = self.client.poll_flush(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Pending
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        let Self { client, books, places, questions } = self;
        let places = places.0.borrow();
        client.poll_receive(context, |event| match event {
            Event::Published => books.run.committed(),
            Event::Message { topic, body, .. } => {
                let Some(place) = places.get(topic) else {
                    return books.run.foreign();
                };
                let seq = Position::decode(body).ok().map(|position| position.seq).filter(|seq| *seq > 0);
                let Some((side, stamp)) = books.arrived(place.number, Reader::Agent(0), body, seq) else { return };
                books.run.delivered_aside();
                if side == Side::Visitor {
                    questions.push((topic.to_owned(), stamp));
                }
            }
            Event::Connected | Event::Subscribed => {}
        })
    }

    /// Says READ and something in reply to each question.
    fn answer(&mut self) -> Result<(), ClientError> {
        let Self { client, books, places, questions } = self;
        let mut places = places.0.borrow_mut();
        for (topic, question) in questions.drain(..) {
            let Some(place) = places.get_mut(&topic) else { continue };
            place.read.content = books.run.id.uid_of(question);
            place.read.uid = format!("{}-read", place.read.content);
            client.publish(&topic, &place.read.encode_to_vec())?;
            let stamp = books.next_stamp(place.number, Side::Agent, question.time);
            client.publish(&topic, place.answer.with(stamp))?;
        }
        Ok(())
    }
}

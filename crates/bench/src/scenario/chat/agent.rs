//! A connection of the agent on MQTT, which answers the visitors.

use std::{
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
    stamp::{Body, NoStamp},
};

/// One connection of the agent. It answers its share of the conversations and reads all.
pub(super) struct Agent {
    client: Client,
    books: Rc<Books>,
    device: usize,
    devices: usize,
    /// The conversation of each topic.
    numbers: HashMap<String, usize>,
    answers: Vec<Answer>,
    /// What the last read brought: the conversation and the time at which its visitor spoke.
    questions: Vec<(usize, u64)>,
    answers_back: bool,
}

struct Answer {
    topic: String,
    body: Body,
}

/// The one field of a message that is needed here; prost skips the others without an allocation.
#[derive(prost::Message)]
struct Position {
    #[prost(uint64, tag = "100")]
    seq: u64,
}

impl Agent {
    /// The connection `client`, the one with number `device`.
    ///
    /// # Errors
    /// [`NoStamp`] never happens with a message that has content.
    pub(super) fn new(
        client: Client,
        books: Rc<Books>,
        (device, devices): (usize, usize),
        account: &Account,
        conversations: &[Conversation],
        size: u32,
    ) -> Result<Self, NoStamp> {
        let id = &books.run.id;
        let answer = |conversation: &Conversation| {
            let message = proto::Message {
                uid: id.uid(),
                r#type: "TEXT".into(),
                content: id.content(size as usize),
                status: "SENDING".into(),
                channel: "WEB".into(),
                thread: Some(proto::Thread {
                    uid: conversation.thread["uid"].as_str().unwrap_or_default().into(),
                    topic: conversation.topic.clone(),
                    r#type: "AGENT".into(),
                    ..proto::Thread::default()
                }),
                user: Some(proto::User { uid: account.uid.clone(), ..proto::User::default() }),
                ..proto::Message::default()
            };
            Ok(Answer { topic: conversation.topic.clone(), body: id.body(message.encode_to_vec())? })
        };
        Ok(Self {
            client,
            device,
            devices,
            numbers: conversations.iter().enumerate().map(|(number, open)| (open.topic.clone(), number)).collect(),
            answers: conversations.iter().map(answer).collect::<Result<_, _>>()?,
            questions: Vec::new(),
            answers_back: true,
            books,
        })
    }

    /// The same without an answer to anybody.
    pub(super) fn only_listens(self) -> Self {
        Self { answers_back: false, ..self }
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
            for (conversation, time) in self.questions.drain(..) {
                let Answer { topic, body } = &mut self.answers[conversation];
                let stamp = self.books.next_stamp(conversation, Side::Agent, time);
                self.client.publish(topic, body.with(stamp))?;
            }
        }
        if let Poll::Ready(Err(error)) = self.client.poll_flush(context) {
            return Poll::Ready(Err(error));
        }
        Poll::Pending
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<(), ClientError>> {
        let Self { client, books, device, devices, numbers, questions, answers_back, .. } = self;
        client.poll_receive(context, |event| match event {
            Event::Published => books.run.committed(),
            Event::Message { topic, body, .. } => {
                let Some(&conversation) = numbers.get(topic) else {
                    return books.run.foreign();
                };
                let seq = Position::decode(body).ok().map(|position| position.seq).filter(|seq| *seq > 0);
                let Some((side, stamp)) = books.arrived(conversation, Reader::Agent(*device), body, seq) else {
                    return;
                };
                let is_ours = side == Side::Visitor && conversation % *devices == *device;
                if is_ours && !*answers_back {
                    return books.run.delivered(stamp.time);
                }
                books.run.delivered_aside();
                if is_ours {
                    questions.push((conversation, stamp.time));
                }
            }
            Event::Connected | Event::Subscribed => {}
        })
    }
}

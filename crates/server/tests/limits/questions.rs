//! SUBSCRIBE to `/app/…`, and what becomes of a client that asks and does not listen.

use deskwire_wire::stomp::{Command, FrameWriter};

use crate::{
    server::Server,
    stomp_client::{Stomp, VERSION},
};

#[test]
fn many_large_answers_are_not_held_at_once() {
    const ENTRIES: usize = 20;
    const ENTRY_KIB: usize = 100;
    /// What fits into `limits.outbox_bytes`.
    const ANSWERED: usize = 2;
    const QUESTIONS: usize = 250;
    let server = Server::start(&[]);
    let visitor = server.visitor();
    let mut agent = Stomp::agent(&server);
    for number in 0..ENTRIES {
        let name = format!("m{number}");
        agent.text(&visitor, "TEXT", &name, &"x".repeat(ENTRY_KIB * 1024));
        agent.receipt(&name);
    }
    let before = server.most_resident_kib();
    let history = format!("/app/history/{}", visitor.topic);
    let question = |out: &mut Vec<u8>, id: &str, destination: &str| {
        let writer = FrameWriter::new(out, Command::Subscribe, VERSION);
        writer.header("id", id).header("destination", destination).finish();
    };
    agent.say(|out| (0..QUESTIONS).for_each(|number| question(out, &number.to_string(), &history)));
    for number in 0..QUESTIONS {
        let answer = agent.message();
        assert_eq!(answer.header("subscription"), Some(number.to_string().as_str()));
        assert!(answer.body().len() > ANSWERED * ENTRY_KIB * 1024);
    }
    let grown = server.most_resident_kib() - before;
    let held = QUESTIONS * ANSWERED * ENTRY_KIB;
    assert!(grown < held / 2, "the server grew by {grown} KiB while it answered {held} KiB");
}

#[test]
fn an_answer_comes_behind_its_receipt_and_leaves_no_subscription() {
    let server = Server::start(&[("SUBSCRIPTIONS_PER_CONNECTION", "1")]);
    let visitor = server.visitor();
    let mut client = Stomp::visitor(&server, &visitor);
    for question in ["/app/unread", "/app/conversations", &format!("/app/history/{}", visitor.topic)] {
        client.subscribed("q", question, &[]);
        let answer = client.message();
        let header = |name| answer.header(name);
        assert_eq!((header("destination"), header("subscription")), (Some(question), Some("q")));
        client.unsubscribed(&[("id", "q")]);
    }
    client.subscribe("q", "/app/secrets", &[]);
    client.is_refused("not allowed", 1002);
}

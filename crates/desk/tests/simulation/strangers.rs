//! Who gets in where: nobody of another organisation anywhere, whatever it tries, and of its own those who have to do with
//! a conversation (invariant I9).

use std::sync::Arc;

use deskwire_desk::{Command, Desk, DeskError, Sender, Settlement, ThreadRequest};
use deskwire_model::{Conversation, MessageUid, Principal, Role, Timestamp, dialect::Address};
use deskwire_store::CardId;
use serde_json::{Value, json};

use crate::{
    acts::message,
    cast::{Organisation, profile},
};

/// `by`, who is of another organisation, tries everything with `about` and with who serves it, and is turned away as it is
/// where there is nothing.
pub(crate) async fn intrude(
    desk: &Desk,
    by: &Principal,
    about: &Arc<Conversation>,
    card: CardId,
    name: &str,
    now: Timestamp,
) {
    assert_ne!(by.org, about.org, "a stranger");
    let (topic, log, service) = (about.topic.as_str(), about.id, &about.service);
    let agent = about.agent.as_ref().unwrap_or(service);
    let sender = Sender { principal: by, device: None };
    let request =
        ThreadRequest { visitor: profile(by), kind: about.kind, service: service.clone(), channel: String::new() };
    let close = (MessageUid::new(name).unwrap(), &Value::Null);
    for (attempt, outcome) in [
        ("to find it", desk.own_conversation(by, topic).await.map(drop)),
        ("to find its notes", desk.own_conversation(by, about.notes_topic().as_str()).await.map(drop)),
        ("to find it by its uid", desk.conversation_called(by, &about.uid).await.map(drop)),
        ("to find it by its number", desk.addressed(by, &Address::Session(log)).await.map(drop)),
        ("to find it by its session", desk.addressed(by, &session(about)).await.map(drop)),
        ("to find it by its visitor", desk.addressed(by, &Address::User(about.visitor.clone())).await.map(drop)),
        ("to speak in it", desk.send(sender, about, message(name, "TEXT", "hello"), now).await.map(drop)),
        ("to read it", desk.send(sender, about, message(name, "READ", "m1"), now).await.map(drop)),
        ("to close it", desk.command(by, topic, Command::Close, close, now).await.map(drop)),
        ("to accept it", desk.accept(by, log, now).await.map(drop)),
        ("to watch it", desk.watch(by, log, true).await.map(drop)),
        ("to take it over", desk.take_over(by, log).await.map(drop)),
        ("to pay", desk.settle_card(by, card, Settlement::Pay, now).await.map(drop)),
        ("to be served", desk.request_thread(request, now).await.map(drop)),
        ("to see the settings", desk.settings_of(by, service).await.map(drop)),
        ("to change the settings", desk.change_settings(by, service, &json!({ "maxWaiting": 0 })).await.map(drop)),
        ("to see the queue", desk.routing_state(by, service, now).await.map(drop)),
        ("to give an agent duties", desk.set_duty(by, agent, Role::Agent, 100).await),
    ] {
        let is_turned_away = matches!(
            outcome,
            Err(DeskError::NotYours | DeskError::NotAllowed | DeskError::UnknownService | DeskError::UnknownCard)
        );
        assert!(is_turned_away, "{by:?} tries {attempt}: {outcome:?} in {about:?}");
    }
}

fn session(conversation: &Conversation) -> Address {
    Address::SessionNo(conversation.session_no.as_str().into())
}

/// Whoever has to do with `about`, a conversation or what notes are about, finds what is on the topic of `log`, and nobody
/// else does.
pub(crate) async fn are_kept_out(desk: &Desk, log: &Conversation, about: &Conversation, cast: &[Organisation]) {
    for person in cast.iter().flat_map(Organisation::everybody) {
        let has_it = about.agent.as_ref() == Some(&person.uid) || about.service == person.uid;
        let belongs = match person.role {
            Role::Visitor => about.visitor == person.uid && log.notes_of.is_none(),
            Role::Agent => has_it || about.part_of(&person.uid).is_some(),
            Role::Supervisor | Role::Admin => true,
            Role::Service => false,
        };
        let found = match desk.own_conversation(person, log.topic.as_str()).await {
            Ok(found) => Some(found.id),
            Err(DeskError::NotYours) => None,
            Err(error) => panic!("{person:?} looks for {log:?}: {error}"),
        };
        let expected = (belongs && person.org == about.org).then_some(log.id);
        assert_eq!(found, expected, "{person:?} looks for {log:?}, which is about {about:?}");
    }
}

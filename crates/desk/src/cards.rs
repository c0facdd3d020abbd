//! Order cards (seed 002): offered by somebody at the desk, paid or cancelled in time, or expired at their second.
//!
//! A card is an entry of type ORDER_CARD whose content is the card. While it is pending a timer waits for it. Whatever
//! settles it takes the timer away in the same commit: so of paying, cancelling and expiring exactly one happens, also
//! after a kill. The entry shows the new status from then on, and another entry tells of it.

use std::fmt;

use deskwire_model::{Conversation, Draft, Entry, LogId, MessageType, MessageUid, Principal, Role, Timestamp, dialect};
use deskwire_store::{CardChange, CardId, Refusal, Timer, TimerChange};
use serde_json::{Map, Value, json};

use crate::{
    Desk, DeskError,
    access::{speaks, takes_part},
    deciding::{Decided, Line, Plan, Snapshot, desk_itself},
    ingress::clocks,
    state,
};

/// The type of the entry that is a card.
pub(crate) const ORDER_CARD: &str = "ORDER_CARD";
/// Longest time that a card may be pending, in seconds: 30 days.
const MAX_COUNTDOWN_S: i64 = 30 * 24 * 60 * 60;
/// The first number that JavaScript does not count exactly any more.
const NUMBERS_END: i64 = 1 << 53;

/// What has become of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardStatus {
    /// Nothing yet.
    Pending,
    /// It was paid in time.
    Paid,
    /// It was cancelled in time.
    Cancelled,
    /// Nobody did anything in time.
    Expired,
}

impl CardStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Paid, Self::Cancelled, Self::Expired];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The type of the entry that tells that a card has this status.
    const fn told_by(self) -> &'static str {
        match self {
            Self::Pending => ORDER_CARD,
            Self::Paid => "ORDER_CARD_PAID",
            Self::Cancelled => "ORDER_CARD_CANCELLED",
            Self::Expired => "ORDER_CARD_EXPIRE",
        }
    }
}

impl fmt::Display for CardStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a card is settled by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// The visitor, or the back end that took the money, says that it is paid.
    Pay,
    /// It is taken back, by either side.
    Cancel,
}

impl Settlement {
    const fn status(self) -> CardStatus {
        match self {
            Self::Pay => CardStatus::Paid,
            Self::Cancel => CardStatus::Cancelled,
        }
    }
}

/// A card as it is written down.
#[derive(Clone, Debug, PartialEq)]
struct Card {
    id: CardId,
    members: Map<String, Value>,
}

impl Card {
    /// The card that `content` asks for, with its end: `countdownSeconds` from `now` on, or `expireTime`, which `read`
    /// reads. Without both it is pending for `countdown_s`. `id` is its number if it has none.
    fn offered(
        content: &str,
        (id, countdown_s): (i64, u32),
        now: Timestamp,
        read: impl Fn(&str) -> Option<Timestamp>,
    ) -> Result<(Self, Timestamp), DeskError> {
        let Ok(Value::Object(mut members)) = serde_json::from_str(content) else {
            return Err(DeskError::Unclear("an order card is a JSON object"));
        };
        let id = match members.get("orderCardId").filter(|id| !id.is_null()) {
            None => id,
            Some(id) => whole(id)
                .filter(|id| (1..NUMBERS_END).contains(id))
                .ok_or(DeskError::Unclear("orderCardId is a whole number from 1 on"))?,
        };
        // Clients are shown seconds.
        let second = now.0 - now.0.rem_euclid(1000);
        let from_now = |seconds: i64| Timestamp(second.saturating_add(seconds.saturating_mul(1000)));
        let due = match (members.get("countdownSeconds"), members.get("expireTime")) {
            (Some(countdown), _) if !countdown.is_null() => {
                from_now(whole(countdown).ok_or(DeskError::Unclear("countdownSeconds is a whole number"))?)
            }
            (_, Some(time)) if !time.is_null() => {
                time.as_str().and_then(read).ok_or(DeskError::Unclear("expireTime is a time as yyyy-MM-dd HH:mm:ss"))?
            }
            _ => from_now(i64::from(countdown_s)),
        };
        let countdown = due.0.saturating_sub(second).div_euclid(1000);
        if !(1..=MAX_COUNTDOWN_S).contains(&countdown) {
            return Err(DeskError::Unclear("an order card expires within 30 days, and not before it is offered"));
        }
        members.insert("orderCardId".to_owned(), json!(id));
        members.insert("status".to_owned(), json!(CardStatus::Pending.as_str()));
        members.insert("countdownSeconds".to_owned(), json!(countdown));
        Ok((Self { id: CardId(id), members }, due))
    }

    /// The card that an entry of ours says.
    fn read(id: CardId, content: &str) -> Option<Self> {
        match serde_json::from_str(content) {
            Ok(Value::Object(members)) => Some(Self { id, members }),
            _ => None,
        }
    }

    fn status(&self) -> CardStatus {
        let name = self.members.get("status").and_then(Value::as_str);
        CardStatus::ALL.into_iter().find(|status| Some(status.as_str()) == name).unwrap_or(CardStatus::Pending)
    }

    fn with(mut self, name: &str, value: Value) -> Self {
        self.members.insert(name.to_owned(), value);
        self
    }

    fn content(&self) -> String {
        Value::Object(self.members.clone()).to_string()
    }

    /// What an entry tells of what has become of it.
    fn told(&self) -> String {
        let told = ["orderCardId", "status", "expireTime"].into_iter();
        let told = told.filter_map(|name| Some((name.to_owned(), self.members.get(name)?.clone())));
        Value::Object(told.collect()).to_string()
    }

    fn key(&self) -> Box<str> {
        self.id.0.to_string().into()
    }
}

/// A whole number, or its text.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        number => number.as_i64(),
    }
}

impl Desk {
    /// Somebody at the desk offers a card. The message becomes an entry with the card's number, status and end.
    pub(crate) async fn offer_card(
        &self,
        by: &Principal,
        conversation: &Conversation,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        if !by.role.is_staff() || conversation.notes_of.is_some() {
            return Err(DeskError::NotAllowed);
        }
        let settings = self.settings(&conversation.service).await?;
        let own = dialect::number_of(&format!("{}/{}", conversation.id, draft.uid.as_str()));
        let own = (i64::try_from(own).unwrap_or(1), settings.order_card_s);
        let (card, due) = Card::offered(&draft.content, own, now, |text| self.renderer.parse_local_time(text))?;
        let card = card.with("expireTime", json!(self.renderer.local_time(due)));
        let draft = dialect::with_content(draft, card.content());
        let timer = TimerChange::Set { kind: state::ORDER_CARD, key: card.key(), due, payload: Box::default() };
        let plan = |snapshot: &Snapshot| {
            if !speaks(by, &snapshot.conversation) {
                return Err(DeskError::NotYours);
            }
            let (mut timers, facts) = clocks(by, &snapshot.conversation, &draft.kind, &snapshot.settings, now);
            timers.push(timer.clone());
            Ok(Plan {
                lines: vec![Line { by: by.clone(), draft: draft.clone(), reason: None }],
                timers,
                facts,
                card: Some(CardChange::Offer(card.id)),
                ..Plan::default()
            })
        };
        self.change(conversation.id, plan).await
    }

    /// Pays or cancels a card of the organisation of `by`: its visitor, a service account, or, to cancel it, somebody who
    /// speaks in its conversation. The card as it is then; the same again changes nothing.
    ///
    /// # Errors
    /// [`DeskError::UnknownCard`] when there is none for `by`, [`DeskError::NotAllowed`], [`DeskError::CardSettled`] when
    /// something else has become of it.
    pub async fn settle_card(
        &self,
        by: &Principal,
        card: CardId,
        settlement: Settlement,
        now: Timestamp,
    ) -> Result<Value, DeskError> {
        let (conversation, entry, found) = self.find_card(by, card).await?;
        let may = by.role == Role::Visitor
            || by.role == Role::Service
            || settlement == Settlement::Cancel && speaks(by, &conversation);
        if !may {
            return Err(DeskError::NotAllowed);
        }
        let status = settlement.status();
        let teller = if by.role == Role::Service { desk_itself(&conversation) } else { by.clone() };
        let settled = match found.status() {
            CardStatus::Pending => {
                let decided = self.change(entry.log, |snapshot| {
                    let timer = timer_of(snapshot, &found).ok_or(DeskError::Refused(Refusal::TimerGone))?;
                    // From its second on it is expired, although the timer may not have been answered yet.
                    if timer.due <= now {
                        return Err(DeskError::CardSettled(CardStatus::Expired));
                    }
                    settling(&teller, &entry, found.clone(), timer, status)
                });
                match decided.await {
                    Ok(_) | Err(DeskError::Refused(Refusal::TimerGone)) => {}
                    Err(error) => return Err(error),
                }
                self.find_card(by, card).await?
            }
            _ => (conversation, entry, found),
        };
        match settled.2.status() {
            wanted if wanted == status => Ok(shown(settled)),
            other => Err(DeskError::CardSettled(other)),
        }
    }

    /// A card as it is now, for those who take part in its conversation and for service accounts of its organisation.
    ///
    /// # Errors
    /// [`DeskError::UnknownCard`], [`DeskError::Store`].
    pub async fn order_card(&self, by: &Principal, card: CardId) -> Result<Value, DeskError> {
        Ok(shown(self.find_card(by, card).await?))
    }

    async fn find_card(&self, by: &Principal, card: CardId) -> Result<(Conversation, Entry, Card), DeskError> {
        let entry = self.store.order_card(&by.org, card).await?.ok_or(DeskError::UnknownCard)?;
        let conversation = self.store.conversation(entry.log).await?;
        let conversation = conversation
            .filter(|conversation| by.role == Role::Service || takes_part(by, conversation))
            .ok_or(DeskError::UnknownCard)?;
        let found = Card::read(card, &dialect::content_of(&entry.payload)?).ok_or(DeskError::UnknownCard)?;
        Ok((conversation, entry, found))
    }

    /// A card's time is over.
    pub(crate) async fn expire_card(&self, timer: &Timer) -> Result<(), DeskError> {
        let conversation = self.store.conversation(timer.log).await?.ok_or(DeskError::NotYours)?;
        let teller = desk_itself(&conversation);
        let id = timer.key.parse().map(CardId);
        let found = match id {
            Ok(id) => match self.find_card(&teller, id).await {
                Ok((_, entry, card)) => Some((entry, card)),
                Err(DeskError::UnknownCard) => None,
                Err(error) => return Err(error),
            },
            Err(_) => None,
        };
        self.change(timer.log, |snapshot| {
            if !snapshot.timers.iter().any(|set| set.id == timer.id) {
                return Err(DeskError::Refused(Refusal::TimerGone));
            }
            match &found {
                Some((entry, card)) => settling(&teller, entry, card.clone(), timer, CardStatus::Expired),
                None => Ok(Plan::drop_timer(timer.id)),
            }
        })
        .await?;
        Ok(())
    }
}

/// The timer that waits for a card.
fn timer_of<'a>(snapshot: &'a Snapshot, card: &Card) -> Option<&'a Timer> {
    snapshot.timers.iter().find(|timer| timer.kind.as_ref() == state::ORDER_CARD && timer.key == card.key())
}

/// A pending card gets a status: its timer goes, its entry shows it, and another entry tells it.
fn settling(
    teller: &Principal,
    entry: &Entry,
    card: Card,
    timer: &Timer,
    status: CardStatus,
) -> Result<Plan, DeskError> {
    let card = card.with("status", json!(status.as_str()));
    Ok(Plan {
        lines: vec![Line {
            by: teller.clone(),
            // A name that nobody can have taken; the timer is what makes it once.
            draft: dialect::compose(MessageUid::random(), MessageType::of(status.told_by()), card.told()),
            reason: None,
        }],
        consumes: Some(timer.id),
        card: Some(CardChange::Show { card: card.id, payload: dialect::amended(&entry.payload, &card.content())? }),
        ..Plan::default()
    })
}

/// The card with where it was offered.
fn shown((conversation, entry, card): (Conversation, Entry, Card)) -> Value {
    let LogId(session) = conversation.id;
    let mut members = card.members;
    members.insert("sessionId".to_owned(), json!(session));
    members.insert("topic".to_owned(), json!(conversation.topic.as_str()));
    members.insert("msgNo".to_owned(), json!(entry.uid.as_str()));
    members.insert("msgId".to_owned(), json!(entry.seq.0));
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(10_400);

    fn offered(content: &Value) -> Result<(Card, Timestamp), DeskError> {
        Card::offered(&content.to_string(), (77, 60), NOW, |text| text.parse().ok().map(Timestamp))
    }

    #[test]
    fn a_card_ends_at_its_second() {
        for (content, id, due, countdown) in [
            (json!({"orderCardId": 5, "countdownSeconds": 60}), 5, 70_000, 60),
            (json!({"orderCardId": "5", "countdownSeconds": "1"}), 5, 11_000, 1),
            (json!({"countdownSeconds": 5, "expireTime": "99000"}), 77, 15_000, 5),
            (json!({"expireTime": "12000"}), 77, 12_000, 2),
            (json!({"name": "x", "status": "paid", "orderCardId": null}), 77, 70_000, 60),
        ] {
            let (card, end) = offered(&content).unwrap();
            assert_eq!((card.id, end), (CardId(id), Timestamp(due)), "{content}");
            assert_eq!(card.members["countdownSeconds"], countdown, "{content}");
            assert_eq!(card.status(), CardStatus::Pending, "{content}: nobody offers a card that is paid");
        }
    }

    #[test]
    fn a_card_that_makes_no_sense_is_refused() {
        for content in [
            json!([]),
            json!("card"),
            json!({"orderCardId": 0}),
            json!({"orderCardId": -5}),
            json!({"orderCardId": 1.5}),
            json!({"orderCardId": 9_007_199_254_740_992_i64}),
            json!({"orderCardId": "five"}),
            json!({"countdownSeconds": 0}),
            json!({"countdownSeconds": i64::MAX}),
            json!({"countdownSeconds": i64::MIN}),
            json!({"countdownSeconds": "soon"}),
            json!({"expireTime": "tomorrow"}),
            json!({"expireTime": "10000"}),
        ] {
            assert!(matches!(offered(&content), Err(DeskError::Unclear(_))), "{content}");
        }
    }
}

//! What the desk says by itself: each visitor gets it in its language, unless somebody has set it.

use deskwire_desk::{Command, DeskTexts, Greeting, RobotAnswer, Wording};
use deskwire_model::{Conversation, Seq, ThreadStatus, ThreadType};
use deskwire_store::VisitorTold;
use serde_json::{Value, json};

use crate::{
    office::{NOW, Office, agent, default_device, draft, later, read, uid, visitor, visitor_of},
    robots,
};

/// What clients tell of their language, and the place of that language in [`Said`].
const TOLD: [(&str, usize); 4] = [("", 0), ("zh-CN", 0), ("en", 1), ("fr-CA", 1)];

/// A type of message, and its text in Chinese and in English.
type Said = (&'static str, [&'static str; 2]);

const WELCOME: Said = ("WELCOME", ["您好，请问有什么可以帮您？", "Hello! How can we help you?"]);
const LEAVE_MESSAGE: Said = (
    "LEAVE_MSG",
    [
        "客服不在线，请留言，我们会尽快回复您。",
        "We are away right now. Leave us a message, and we will answer as soon as we can.",
    ],
);
const QUEUE: [&str; 2] = ["客服正忙，请稍候……", "Everybody is busy right now. Please wait a moment…"];
const AUTO_CLOSED: Said = ("AUTO_CLOSED", ["会话已自动结束", "The conversation has ended by itself"]);

/// An office that says what it says by itself, and whose visitor `v` tells the language `lang`.
async fn office(lang: &str, agents: &[&str]) -> Office {
    let office = Office::saying(DeskTexts::default(), agents, 1).await;
    tells(&office, lang).await;
    office
}

async fn tells(office: &Office, lang: &str) {
    let told = VisitorTold { lang: lang.to_owned(), ..VisitorTold::default() };
    office.desk.introduce(&visitor_of("acme", "v"), told, NOW).await.unwrap();
}

async fn asks(office: &Office) -> Greeting {
    office.ask("v", ThreadType::Workgroup, "sales").await.unwrap()
}

/// What people read of a message.
fn text(message: &Value) -> String {
    let content = message["content"].as_str().unwrap();
    let document: Value = serde_json::from_str(content).unwrap_or_default();
    document["content"].as_str().unwrap_or(content).to_owned()
}

/// What the desk itself said in a conversation, by type.
async fn said(office: &Office, conversation: &Conversation) -> Vec<(String, String)> {
    let entries = office.store.entries_after(conversation.id, Seq::ZERO, 1000).await.unwrap();
    let messages = entries.iter().map(|entry| read(&office.desk.renderer().json(entry.into()).unwrap()));
    let messages =
        messages.filter(|message| !["TEXT", "TRANSFER", "INVITE"].iter().any(|kind| message["type"] == *kind));
    messages.map(|message| (message["type"].as_str().unwrap().to_owned(), text(&message))).collect()
}

fn in_language<const N: usize>(said: [Said; N], language: usize) -> Vec<(String, String)> {
    said.map(|(kind, texts)| (kind.to_owned(), texts[language].to_owned())).to_vec()
}

#[tokio::test]
async fn while_an_agent_serves() {
    for (lang, language) in TOLD {
        let office = office(lang, &["ann", "bob"]).await;
        office.set(json!({ "rateOnClose": true })).await;
        let _ann = office.connect("ann");
        asks(&office).await;
        let _bob = office.connect("bob");
        let ann = agent("ann");
        for (command, seconds) in [(Command::Transfer, 31), (Command::Invite, 301)] {
            office.command(&ann, "v", command, json!({ "receiver": { "uid": "bob" } })).await.unwrap();
            assert_eq!(office.desk.fire_due(later(seconds)).await.unwrap(), 1, "{lang:?}: {command:?}");
        }
        assert_eq!(text(&read(&asks(&office).await.message)), ["会话继续", "The conversation goes on"][language]);
        office.text(&ann, &office.of("v").await, "m1").await;
        office.command(&ann, "v", Command::InviteRating, Value::Null).await.unwrap();
        office.command(&ann, "v", Command::Close, Value::Null).await.unwrap();
        let asked = ("RATE_INVITE", ["请对本次服务进行评价", "Please rate our service"]);
        let expected = [
            WELCOME,
            ("TRANSFER_TIMEOUT", ["转接超时", "The transfer was not answered"]),
            ("INVITE_TIMEOUT", ["邀请超时", "The invitation was not answered"]),
            asked,
            ("AGENT_CLOSED", ["会话已结束", "The conversation has ended"]),
            asked,
        ];
        assert_eq!(said(&office, &*office.of("v").await).await, in_language(expected, language), "{lang:?}");
    }
}

#[tokio::test]
async fn while_the_visitor_waits() {
    for (lang, language) in TOLD {
        let office = office(lang, &["ann"]).await;
        let _ann = office.connect("ann");
        office.ask("before", ThreadType::Workgroup, "sales").await.unwrap();
        let greeting = asks(&office).await;
        assert_eq!(greeting.conversation.status, ThreadStatus::Queuing);
        let again = asks(&office).await;
        for greeting in [&greeting, &again] {
            assert_eq!(text(&read(&greeting.message)), QUEUE[language], "{lang:?}");
        }
        office.desk.fire_due(later(86_401)).await.unwrap();
        let conversation = office.of("v").await;
        assert_eq!(conversation.status, ThreadStatus::Offline);
        let expected = [("QUEUE", QUEUE), LEAVE_MESSAGE];
        assert_eq!(said(&office, &conversation).await, in_language(expected, language), "{lang:?}");
    }
}

#[tokio::test]
async fn those_who_wait_together_are_told_their_places_each_in_its_language() {
    let office = office("en", &["ann"]).await;
    let _ann = office.connect("ann");
    let sales = ThreadType::Workgroup;
    office.ask("before", sales, "sales").await.unwrap();
    let heard = [office.listen(&asks(&office).await.conversation), {
        let other = office.ask("other", sales, "sales").await.unwrap();
        office.listen(&other.conversation)
    }];
    let work = tokio::spawn(office.desk.clone().work(|| NOW));
    for (outbox, expected) in heard.iter().zip([QUEUE[1], QUEUE[0]]) {
        let update = office.next(outbox).await;
        assert_eq!((&update["type"], text(&update)), (&json!("QUEUE_UPDATE"), expected.to_owned()));
    }
    office.desk.close().await.unwrap();
    work.await.unwrap();
}

#[tokio::test]
async fn where_nobody_is() {
    for (lang, language) in TOLD {
        let office = office(lang, &["ann"]).await;
        for _ in 0..2 {
            assert_eq!(text(&read(&asks(&office).await.message)), LEAVE_MESSAGE.1[language], "{lang:?}");
        }
        assert_eq!(said(&office, &*office.of("v").await).await, in_language([LEAVE_MESSAGE], language), "{lang:?}");
    }
}

#[tokio::test]
async fn where_it_ends_by_itself_or_by_the_visitor() {
    for (lang, language) in TOLD {
        let office = office(lang, &["ann"]).await;
        let _ann = office.connect("ann");
        let conversation = asks(&office).await.conversation;
        office.text(&agent("ann"), &conversation, "m1").await;
        office.desk.fire_due(later(25 * 60 + 1)).await.unwrap();
        // It goes on with what the visitor says.
        let v = visitor("v");
        office.submit(default_device(&v), &office.of("v").await, draft("m2", "TEXT", "hello?")).await.unwrap();
        office.command(&v, "v", Command::Close, Value::Null).await.unwrap();
        let expected =
            [WELCOME, AUTO_CLOSED, WELCOME, ("VISITOR_CLOSED", ["会话已结束", "The conversation has ended"])];
        assert_eq!(said(&office, &*office.of("v").await).await, in_language(expected, language), "{lang:?}");
    }
}

#[tokio::test]
async fn where_an_agent_asks_the_visitor_to_chat() {
    for (lang, language) in TOLD {
        let office = office(lang, &["ann"]).await;
        let asked = (deskwire_model::MessageUid::random(), String::new());
        let told = office.listen_on("user/v");
        let decided = office.desk.invite_visitor_to(&agent("ann"), &uid("v"), asked, NOW).await.unwrap();
        office.desk.fire_due(later(301)).await.unwrap();
        let question = ("INVITE_VISITOR", ["您好,请问有什么可以帮您?", "Hello! Can we help you?"]);
        let expected = [question, ("INVITE_VISITOR_TIMEOUT", ["邀请超时", "The invitation was not answered"])];
        assert_eq!(said(&office, &decided.conversation).await, in_language(expected, language), "{lang:?}");
        assert_eq!(text(&office.next(&told).await), question.1[language]);
    }
}

#[tokio::test]
async fn where_a_robot_answers_first() {
    for (lang, language) in TOLD {
        let (office, robot) = robots::with_robot(office(lang, &["ann"]).await).await;
        let (conversation, event) = robots::asked(&office).await;
        let answer = RobotAnswer { hand_over: Some("too hard".to_owned()), ..RobotAnswer::default() };
        office.desk.robot_answers(&robot, &event, answer, NOW).await.unwrap();
        // The next one is left to itself.
        asks(&office).await;
        office.desk.fire_due(later(30 * 60 + 1)).await.unwrap();
        let handed_over = ("SYSTEM", ["正在为您转接人工客服", "We are passing you on to a colleague"]);
        let expected = [WELCOME, handed_over, LEAVE_MESSAGE, WELCOME, AUTO_CLOSED];
        assert_eq!(said(&office, &conversation).await, in_language(expected, language), "{lang:?}");
    }
}

#[tokio::test]
async fn what_somebody_has_set_is_said_in_every_language() {
    for (lang, language) in TOLD {
        let texts = DeskTexts {
            welcome: Wording { chinese: "欢迎".to_owned(), english: "Welcome to the shop".to_owned() },
            ..DeskTexts::default()
        };
        let office = Office::saying(texts, &["ann"], 1).await;
        tells(&office, lang).await;
        office.set(json!({ "agentClosed": "Bye", "rateInvite": "Stars?", "resume": "Yes?" })).await;
        let _ann = office.connect("ann");
        asks(&office).await;
        assert_eq!(text(&read(&asks(&office).await.message)), "Yes?");
        for command in [Command::InviteRating, Command::Close] {
            office.command(&agent("ann"), "v", command, Value::Null).await.unwrap();
        }
        office.set(json!({ "welcome": "Hi" })).await;
        asks(&office).await;
        let expected = [
            ("WELCOME", ["欢迎", "Welcome to the shop"]),
            ("RATE_INVITE", ["Stars?"; 2]),
            ("AGENT_CLOSED", ["Bye"; 2]),
            ("WELCOME", ["Hi"; 2]),
        ];
        assert_eq!(said(&office, &*office.of("v").await).await, in_language(expected, language), "{lang:?}");
    }
}

#[tokio::test]
async fn the_language_is_the_one_that_was_told_last() {
    let office = office("en", &["ann"]).await;
    asks(&office).await;
    let mut expected = Vec::new();
    for (lang, language) in [("zh-CN", 0), ("", 0), ("en", 1), ("", 1)] {
        tells(&office, lang).await;
        expected.push(LEAVE_MESSAGE.1[language]);
        assert_eq!(Some(text(&read(&asks(&office).await.message)).as_str()), expected.last().copied(), "{lang:?}");
    }
    // What was written stays as it was.
    assert_eq!(said(&office, &*office.of("v").await).await, in_language([LEAVE_MESSAGE], 1));
}

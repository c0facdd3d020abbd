//! Who is connected, as `/api/v1/admin/sessions` tells it.

use std::path::Path;

use serde_json::{Value, json};

use crate::{
    mqtt_client::Mqtt,
    server::{AGENT, PROGRAM, Server},
    stomp_client::Stomp,
};

const PATH: &str = "/api/v1/admin/sessions";

fn server() -> Server {
    let accounts = "[[service_accounts]]\nname = 'watch'\nsecret = 'word'\nsubscribe = ['$SYS/sessions']\n\
                    [[service_accounts]]\nname = 'all'\nsecret = 'word'\nsubscribe = ['#', '$SYS/other']\n";
    Server::of_program(Path::new(PROGRAM), accounts)
}

fn asked(server: &Server, key: &str, query: &str) -> (u16, Value) {
    let key = if key.is_empty() { String::new() } else { format!("X-Service-Key: {key}\r\n") };
    let answer = server.exchange(&format!("GET {PATH}{query} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{key}\r\n"));
    (answer.status, answer.json())
}

/// The page that somebody with the right gets.
fn page(server: &Server, query: &str) -> Value {
    let (status, mut answer) = asked(server, "watch:word", query);
    assert_eq!(status, 200, "{answer}");
    answer["data"].take()
}

#[test]
fn only_who_has_the_right_sees_sessions() {
    let server = server();
    for (key, status) in [("", 401), ("watch:wrong", 401), ("nobody:word", 401), ("all:word", 403), ("bench:hush", 403)]
    {
        let (answered, body) = asked(&server, key, "");
        assert_eq!(answered, status, "{key}: {body}");
        assert_eq!(body["data"]["content"], Value::Null);
    }
    let bearer = server.agent_token();
    let as_agent = server.exchange(&format!(
        "GET {PATH} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nAuthorization: Bearer {bearer}\r\n\r\n"
    ));
    assert_eq!(as_agent.status, 401);
    assert_eq!(page(&server, "")["totalElements"], 0);
}

#[test]
fn connections_say_who_they_are_and_what_they_listen_to() {
    let server = server();
    let visitor = server.visitor();
    let silent = Stomp::open(&server);
    // The server lets connections in one beside the other; they are listed in the order in which it did.
    while page(&server, "")["totalElements"] != 1 {}
    let mut agent = Stomp::agent(&server);
    agent.subscribed("inbox", "/user/queue/messages", &[]);
    let mut service = Stomp::service(&server);
    service.subscribed("topic", "/topic/news.*", &[]);
    service.subscribed("own", "/user/queue/errors", &[]);
    service.subscribed("work", "/queue/a.b", &[("ack", "client")]);
    service.subscribed("durable", "/topic/kept", &[("durable", "true"), ("auto-delete", "false")]);
    service.post("/topic/x", "ask", &[("reply-to", "/temp-queue/answers")]);
    service.receipt("ask");
    let mut mqtt = Mqtt::service(&server);
    mqtt.subscribe(1, &["sensors/+"]);
    mqtt.packet();

    let all = page(&server, "");
    assert_eq!((&all["totalElements"], &all["numberOfElements"]), (&json!(4), &json!(4)));
    let rows: Vec<_> = all["content"].as_array().unwrap().iter().collect();
    let whole =
        |row: &Value| [row["user"].clone(), row["role"].clone(), row["protocol"].clone(), row["address"].clone()];
    assert_eq!(whole(rows[0]), [Value::Null, Value::Null, json!("stomp"), json!("127.0.0.1")], "not let in yet");
    assert_eq!((&rows[0]["sessionId"], &rows[0]["subscriptions"]), (&Value::Null, &json!([])));
    assert_eq!(whole(rows[1]), [json!(AGENT.0), json!("AGENT"), json!("stomp"), json!("127.0.0.1")]);
    assert!(rows[1]["sessionId"].as_str().is_some_and(|session| session.len() == 16), "{}", rows[1]);
    assert_eq!(
        rows[1]["subscriptions"],
        json!([{ "id": "inbox", "topic": "/user/queue/messages" }, { "id": "inbox", "topic": visitor.topic }]),
    );
    assert_eq!(
        rows[2]["subscriptions"],
        json!([
            { "id": "topic", "topic": "news/+" },
            { "id": "own", "topic": "/user/queue/errors" },
            { "id": null, "topic": "/temp-queue/answers" },
            { "id": "work", "topic": "queue/a/b" },
            { "id": "durable", "topic": "kept" },
        ]),
    );
    assert_eq!((&rows[3]["protocol"], &rows[3]["user"]), (&json!("mqtt"), &json!("bench")));
    assert_eq!(rows[3]["subscriptions"], json!([{ "id": null, "topic": "sensors/+" }]));

    let of_agent = page(&server, &format!("?user={}", AGENT.0));
    assert_eq!((&of_agent["totalElements"], &of_agent["content"]), (&json!(1), &json!([rows[1]])));
    assert_eq!(page(&server, "?user=nobody")["totalElements"], 0);
    let second = page(&server, "?pageNumber=1&pageSize=2");
    assert_eq!((&second["content"], &second["totalElements"]), (&json!([rows[2], rows[3]]), &json!(4)));
    assert_eq!(page(&server, "?pageNumber=4294967295&pageSize=100")["content"], json!([]));

    service.unsubscribed(&[("id", "work")]);
    let rows = page(&server, "")["content"].take();
    assert_eq!(rows[2]["subscriptions"].as_array().unwrap().len(), 4);
    drop((silent, agent, service, mqtt));
    while page(&server, "")["totalElements"] != 0 {}
}

/// What agents are told about the presence of a user.
fn presence(server: &Server, token: &str, user: &str) -> Value {
    let answer = server.exchange(&format!(
        "GET /api/v1/connection/presence/{user} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\n\r\n"
    ));
    answer.json()["data"].take()
}

#[test]
fn agents_see_who_is_there() {
    let server = server();
    let token = server.agent_token();
    let visitor = server.visitor();
    let there = |connections: u32| json!({ "online": connections > 0, "activeCount": connections });
    for user in [AGENT.0, &visitor.uid] {
        assert_eq!(presence(&server, &token, user), there(0), "{user}");
    }
    let (agent, mobile) = (Stomp::agent(&server), Mqtt::agent(&server));
    let guest = Stomp::visitor(&server, &visitor);
    assert_eq!(presence(&server, &token, AGENT.0), there(2));
    assert_eq!(presence(&server, &token, &visitor.uid), there(1));
    drop((agent, guest));
    while presence(&server, &token, AGENT.0) != there(1) || presence(&server, &token, &visitor.uid) != there(0) {}
    drop(mobile);
    for nobody in ["nobody", "bench", "%01"] {
        assert_eq!(presence(&server, &token, nobody), json!(false), "{nobody}");
    }
    assert_eq!(server.get(&format!("/api/v1/connection/presence/{}", AGENT.0)).status, 401);
}

//! `notice-json`: what a page that listens to `/user/topic/all` gets (seed 004).
//!
//! A frame is an object with these members, and those of the seed are spelled as its page expects them:
//!
//! | member | |
//! |---|---|
//! | `data.menuTipsMap` | how many notices are unread under each menu: an object of numbers, without those that are zero |
//! | `data.sysMsgList` | the newest unread notices, newest first |
//! | `data.sysMsgNums` | how many are unread in all, listed or not |
//! | `data.onlineUserNums` | how many users of the organisation are connected; null for visitors |
//! | `data.extraData` | null |
//! | `fromUserId`, `fromUserName` | null: a frame is the server's |
//!
//! A member of `data` that is null says nothing: the page keeps what it had. One that is there replaces what was, so that
//! each frame with a list is the whole truth and none builds on another.
//!
//! A notice in `sysMsgList`:
//!
//! | member | |
//! |---|---|
//! | `id` | its number, as text |
//! | `title` | one line |
//! | `time` | when it was posted, `yyyy-MM-dd HH:mm:ss` |
//! | `handlerUrl` | where it is dealt with, or null |
//! | `userId`, `ownerId`, `ownerIdentityId` | the uid of the user whose notice it is |
//! | `metaData` | what the business system added, as it was spelled, or null |
//! | `pendingId` | what the business system calls it, or null |
//! | `content`, `menuKey`, `seq`, `timestamp`, `expiresAt`, `read`, `readAt` | ours: its text and menu, its position among the user's notices, times in milliseconds since 1970, and whether it is read |

use bytes::Bytes;
use serde::Deserialize;

use super::{Renderer, object::Object};
use crate::{
    ids::Seq,
    notice::{Notice, NoticeFeed, NoticeId, NoticesRead},
};

/// Notices that one message may say have been read.
const MOST_NAMED: usize = 1000;
/// What the members of a notice take beside its content, about, in bytes.
const NOTICE_SIZE: usize = 512;

/// Why bytes do not say which notices have been read. The text is made for the sender's eyes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReading {
    /// They are not a JSON object, or a member has the wrong kind.
    #[error("the message does not say what was read: {0}")]
    Json(String),
    /// None of the members that name notices is there.
    #[error("one of id, ids and all:true must say what was read")]
    Nothing,
    /// It names more than one message may.
    #[error("at most {MOST_NAMED} notices can be named at a time")]
    TooMany,
}

impl Renderer {
    /// The frame of a feed. `online` is how many users are connected, for those who may know.
    #[must_use]
    pub fn notice_feed(&self, feed: &NoticeFeed, online: Option<usize>) -> Bytes {
        let listed = feed.listed.iter().map(|notice| NOTICE_SIZE + notice.content.len()).sum();
        let mut list = String::with_capacity(listed);
        list.push('[');
        for (index, notice) in feed.listed.iter().enumerate() {
            if index > 0 {
                list.push(',');
            }
            list.push_str(&self.notice(notice));
        }
        list.push(']');
        frame(|data| {
            data.object("menuTipsMap", |menus| {
                for (menu, unread) in feed.unread.iter().filter(|(menu, _)| !menu.is_empty()) {
                    menus.number(menu, *unread);
                }
            });
            data.raw("sysMsgList", &list);
            data.number("sysMsgNums", feed.total());
            number_or_null(data, "onlineUserNums", online);
        })
    }

    /// A notice as it is listed.
    #[must_use]
    pub fn notice(&self, notice: &Notice) -> String {
        let content = &notice.content;
        let mut object = Object::with_capacity(NOTICE_SIZE + content.len());
        object.text("id", &notice.id.to_string());
        object.text("title", &content.title);
        object.text("time", &self.local_time(notice.at));
        text_or_null(&mut object, "handlerUrl", &content.link);
        object.text("userId", notice.user.as_str());
        object.raw("metaData", if content.metadata.is_empty() { "null" } else { &content.metadata });
        text_or_null(&mut object, "pendingId", notice.business.as_deref().unwrap_or_default());
        object.text("ownerId", notice.user.as_str());
        object.text("ownerIdentityId", notice.user.as_str());
        object.text("content", &content.text);
        text_or_null(&mut object, "menuKey", &content.menu);
        object.number("seq", notice.seq.0);
        object.number("timestamp", notice.at.0);
        number_or_null(&mut object, "expiresAt", notice.expires.map(|time| time.0));
        object.raw("read", if notice.read_at.is_some() { "true" } else { "false" });
        number_or_null(&mut object, "readAt", notice.read_at.map(|time| time.0));
        object.into_text()
    }
}

/// The frame that tells how many users are connected and nothing else.
#[must_use]
pub fn online_users(online: usize) -> Bytes {
    frame(|data| {
        for unchanged in ["menuTipsMap", "sysMsgList", "sysMsgNums"] {
            data.raw(unchanged, "null");
        }
        data.number("onlineUserNums", online);
    })
}

fn frame(write: impl FnOnce(&mut Object)) -> Bytes {
    let mut object = Object::default();
    object.object("data", |data| {
        write(data);
        data.raw("extraData", "null");
    });
    object.raw("fromUserId", "null");
    object.raw("fromUserName", "null");
    object.into_bytes().into()
}

fn text_or_null(object: &mut Object, key: &str, text: &str) {
    if text.is_empty() { object.raw(key, "null") } else { object.text(key, text) }
}

fn number_or_null(object: &mut Object, key: &str, number: Option<impl itoa::Integer>) {
    match number {
        Some(number) => object.number(key, number),
        None => object.raw(key, "null"),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reading {
    id: Option<Named>,
    ids: Option<Vec<Named>>,
    #[serde(default)]
    all: bool,
    menu_key: Option<Box<str>>,
    up_to_seq: Option<u64>,
}

/// A number, which pages also write as the text that they were given.
#[derive(Deserialize)]
#[serde(untagged)]
enum Named {
    Number(i64),
    Text(String),
}

impl Named {
    /// A text that is no number names nothing.
    fn notice(&self) -> Option<NoticeId> {
        match self {
            Self::Number(number) => Some(NoticeId(*number)),
            Self::Text(text) => text.parse().ok().map(NoticeId),
        }
    }
}

/// Reads which notices a page says have been read: `{"id"}`, `{"ids": […]}`, or `{"all": true}` with or without `menuKey`
/// and `upToSeq`.
///
/// # Errors
/// [`InvalidReading`].
pub fn parse_reading(bytes: &[u8]) -> Result<NoticesRead, InvalidReading> {
    let reading: Reading = serde_json::from_slice(bytes).map_err(|error| InvalidReading::Json(error.to_string()))?;
    if reading.all {
        return Ok(NoticesRead::All { menu: reading.menu_key, upto: reading.up_to_seq.map(Seq) });
    }
    if reading.id.is_none() && reading.ids.is_none() {
        return Err(InvalidReading::Nothing);
    }
    let named = reading.ids.unwrap_or_default();
    if named.len() >= MOST_NAMED {
        return Err(InvalidReading::TooMany);
    }
    Ok(NoticesRead::Named(named.iter().chain(&reading.id).filter_map(Named::notice).collect()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        ids::{Timestamp, Uid},
        notice::NoticeContent,
    };

    fn renderer() -> Renderer {
        Renderer::new("Asia/Shanghai").unwrap()
    }

    fn json_of(bytes: &[u8]) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    fn notice(id: i64, content: NoticeContent) -> Notice {
        let (business, expires, read_at) = (None, None, None);
        let (user, at) = (Uid::new("u1").unwrap(), Timestamp(1_715_848_083_000));
        Notice { id: NoticeId(id), seq: Seq(3), user, business, at, expires, read_at, content }
    }

    #[test]
    fn the_seed_s_frame() {
        let content = NoticeContent {
            menu: "project".into(),
            title: "待办通知:谭志，您好！".into(),
            text: "text".into(),
            link: "/service/index.html#/todo?id=x".into(),
            metadata: r#"{"urgency": 0,"accept_name":"谭志"}"#.into(),
        };
        let listed = Notice {
            business: Some("9c5d".into()),
            expires: Some(Timestamp(1_715_848_084_000)),
            ..notice(1_791_022_789_439_037_441, content)
        };
        let unread = vec![("".into(), 4), ("mail".into(), 5), ("project".into(), 2)];
        let feed = NoticeFeed { listed: vec![listed], unread, next_expiry: None };
        let expected = json!({
            "data": {
                "menuTipsMap": {"mail": 5, "project": 2},
                "sysMsgList": [{
                    "id": "1791022789439037441",
                    "title": "待办通知:谭志，您好！",
                    "time": "2024-05-16 16:28:03",
                    "handlerUrl": "/service/index.html#/todo?id=x",
                    "userId": "u1",
                    "metaData": {"urgency": 0, "accept_name": "谭志"},
                    "pendingId": "9c5d",
                    "ownerId": "u1",
                    "ownerIdentityId": "u1",
                    "content": "text",
                    "menuKey": "project",
                    "seq": 3,
                    "timestamp": 1_715_848_083_000_i64,
                    "expiresAt": 1_715_848_084_000_i64,
                    "read": false,
                    "readAt": null,
                }],
                "sysMsgNums": 11,
                "onlineUserNums": null,
                "extraData": null,
            },
            "fromUserId": null,
            "fromUserName": null,
        });
        assert_eq!(json_of(&renderer().notice_feed(&feed, None)), expected);
    }

    #[test]
    fn what_is_not_there_is_null_and_what_is_none_is_empty() {
        let bare = NoticeContent { title: "t \"\\\n".into(), ..NoticeContent::default() };
        let read = Notice { read_at: Some(Timestamp(7)), ..notice(1, bare) };
        let row = json_of(renderer().notice(&read).as_bytes());
        for key in ["handlerUrl", "metaData", "pendingId", "menuKey", "expiresAt"] {
            assert_eq!(row[key], Value::Null, "{key}");
        }
        assert_eq!((&row["title"], &row["read"], &row["readAt"]), (&json!("t \"\\\n"), &json!(true), &json!(7)));
        let nothing = json_of(&renderer().notice_feed(&NoticeFeed::default(), Some(2)));
        let expected = json!({
            "menuTipsMap": {}, "sysMsgList": [], "sysMsgNums": 0, "onlineUserNums": 2, "extraData": null,
        });
        assert_eq!(nothing["data"], expected);
    }

    #[test]
    fn a_number_of_users_leaves_the_rest_as_it_was() {
        let expected = json!({
            "menuTipsMap": null, "sysMsgList": null, "sysMsgNums": null, "onlineUserNums": 42, "extraData": null,
        });
        assert_eq!(json_of(&online_users(42))["data"], expected);
    }

    #[test]
    fn a_page_says_what_was_read() {
        let named = |ids: &[i64]| Ok(NoticesRead::Named(ids.iter().copied().map(NoticeId).collect()));
        let all = |menu: Option<&str>, upto: Option<u64>| {
            Ok(NoticesRead::All { menu: menu.map(Into::into), upto: upto.map(Seq) })
        };
        for (text, expected) in [
            (r#"{"id":123123}"#, named(&[123_123])),
            (r#"{"id":"1791022789439037441"}"#, named(&[1_791_022_789_439_037_441])),
            (r#"{"ids":[1,"2"],"id":3}"#, named(&[1, 2, 3])),
            (r#"{"ids":[]}"#, named(&[])),
            (r#"{"id":"none"}"#, named(&[])),
            (r#"{"all":true}"#, all(None, None)),
            (r#"{"all":true,"menuKey":"mail","upToSeq":7,"x":1}"#, all(Some("mail"), Some(7))),
            (r#"{"all":false}"#, Err(InvalidReading::Nothing)),
            ("{}", Err(InvalidReading::Nothing)),
        ] {
            assert_eq!(parse_reading(text.as_bytes()), expected, "{text}");
        }
        for text in ["", "7", "[]", r#"{"id":{}}"#, r#"{"all":1}"#, r#"{"all":true,"upToSeq":-1}"#] {
            assert!(matches!(parse_reading(text.as_bytes()), Err(InvalidReading::Json(_))), "{text}");
        }
        let many = json!({ "ids": vec![1; MOST_NAMED] }).to_string();
        assert_eq!(parse_reading(many.as_bytes()), Err(InvalidReading::TooMany));
    }
}

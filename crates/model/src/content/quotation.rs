//! Contents that say something of other words: a quotation, and a draft that its reader sees while it is written.

use serde::{Deserialize, Serialize};

/// What a QUOTATION says. Of what it quotes only the uid is the client's word.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Quotation {
    /// The uid of the message that is quoted.
    pub quoted_message_uid: String,
    /// Its type.
    pub quoted_message_type: String,
    /// Its content.
    pub quoted_content: String,
    /// Who wrote it.
    pub quoted_sender_uid: String,
    /// How they were called.
    pub quoted_sender_name: String,
    /// When it was said, `yyyy-MM-dd HH:mm:ss`.
    pub quoted_created_at: String,
}

/// What a PREVIEW says: a document, or just the draft.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    /// Whether there is no draft any more.
    pub clear: bool,
}

impl Preview {
    /// Reads the content of a PREVIEW.
    #[must_use]
    pub fn read(content: &str) -> Self {
        #[derive(Deserialize)]
        struct Document {
            #[serde(default)]
            content: serde_json::Value,
            #[serde(default)]
            clear: serde_json::Value,
        }
        let says_nothing = |value: &serde_json::Value| value.is_null() || value == "";
        let clear = match serde_json::from_str::<Document>(content) {
            Ok(document) => {
                document.clear == true
                    || document.clear == "true"
                    || document.clear == 1
                    || says_nothing(&document.content)
            }
            Err(_) => content.is_empty(),
        };
        Self { clear }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_cleared_by_saying_so_or_by_saying_nothing() {
        for (content, clear) in [
            ("hel", false),
            ("", true),
            (r#"{"v":1,"content":"hel","clear":false,"ts":1}"#, false),
            (r#"{"content":"hel","clear":true}"#, true),
            (r#"{"content":"hel","clear":"true"}"#, true),
            (r#"{"content":""}"#, true),
            ("{}", true),
            ("{hel", false),
        ] {
            assert_eq!(Preview::read(content).clear, clear, "{content}");
        }
    }
}

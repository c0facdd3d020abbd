//! What the desk says by itself, in the language of the visitor to whom it says it.
//!
//! The language is the one that the visitor's client told last. What is said is an entry of the log, which is written once:
//! everybody reads it in that language. What an administrator or the configuration says otherwise is said as it is.

use deskwire_model::{LogId, Uid};

use crate::{
    Desk, DeskError,
    wording::{Language, Wording},
};

/// How many characters of its uid stand in the name of a visitor who says none.
const SHOWN_OF_UID: usize = 4;

/// A text that is said where nobody has set another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// An agent takes the conversation.
    Welcome,
    /// All agents are busy.
    Queue,
    /// Nobody is there.
    LeaveMessage,
    /// The visitor comes back to an open conversation.
    Resume,
    /// The conversation is ended by hand.
    Closed,
    /// The conversation ends by itself.
    AutoClosed,
    /// The visitor is asked for a rating.
    RateInvite,
    /// The visitor is asked to chat.
    InviteVisitor,
    /// The visitor has not answered that.
    InviteVisitorTimeout,
    /// A transfer was not answered.
    TransferTimeout,
    /// A colleague who was invited has not answered.
    InviteTimeout,
    /// A robot hands over to people.
    HandOver,
    /// What comes before the number of a visitor who says no name.
    Nameless,
}

impl Text {
    pub(crate) const fn in_language(self, language: Language) -> &'static str {
        let (chinese, english) = match self {
            Self::Welcome => ("您好，请问有什么可以帮您？", "Hello! How can we help you?"),
            Self::Queue => ("客服正忙，请稍候……", "Everybody is busy right now. Please wait a moment…"),
            Self::LeaveMessage => (
                "客服不在线，请留言，我们会尽快回复您。",
                "We are away right now. Leave us a message, and we will answer as soon as we can.",
            ),
            Self::Resume => ("会话继续", "The conversation goes on"),
            Self::Closed => ("会话已结束", "The conversation has ended"),
            Self::AutoClosed => ("会话已自动结束", "The conversation has ended by itself"),
            Self::RateInvite => ("请对本次服务进行评价", "Please rate our service"),
            Self::InviteVisitor => ("您好,请问有什么可以帮您?", "Hello! Can we help you?"),
            Self::InviteVisitorTimeout | Self::InviteTimeout => ("邀请超时", "The invitation was not answered"),
            Self::TransferTimeout => ("转接超时", "The transfer was not answered"),
            Self::HandOver => ("正在为您转接人工客服", "We are passing you on to a colleague"),
            Self::Nameless => ("访客", "Visitor "),
        };
        match language {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    fn wording(self) -> Wording {
        let [chinese, english] =
            [Language::Chinese, Language::English].map(|language| self.in_language(language).to_owned());
        Wording { chinese, english }
    }
}

/// What the desk says where the settings of a service say nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskTexts {
    /// When an agent takes the conversation.
    pub welcome: Wording,
    /// When all agents are busy.
    pub queue: Wording,
    /// When nobody is there.
    pub leave_message: Wording,
    /// When a visitor comes back to an open conversation.
    pub resume: Wording,
}

impl Default for DeskTexts {
    fn default() -> Self {
        Self {
            welcome: Text::Welcome.wording(),
            queue: Text::Queue.wording(),
            leave_message: Text::LeaveMessage.wording(),
            resume: Text::Resume.wording(),
        }
    }
}

/// What a visitor is called who says no name.
#[must_use]
pub fn nameless(visitor: &Uid, language: Language) -> String {
    let uid = visitor.as_str();
    format!("{}{}", Text::Nameless.in_language(language), uid.get(..SHOWN_OF_UID).unwrap_or(uid))
}

impl Desk {
    /// The language in which the desk speaks in the conversation `log`.
    pub(crate) async fn language(&self, log: LogId) -> Result<Language, DeskError> {
        Ok(self.languages(vec![log]).await?.pop().unwrap_or_else(|| Language::of_visitor("")))
    }

    /// The languages in which the desk speaks in the conversations `logs`, in their order.
    pub(crate) async fn languages(&self, logs: Vec<LogId>) -> Result<Vec<Language>, DeskError> {
        let told = self.store.visitor_languages(logs).await?;
        Ok(told.iter().map(|tag| Language::of_visitor(tag)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visitor_without_a_name_is_called_by_its_number() {
        for (uid, chinese, english) in [("12345678", "访客1234", "Visitor 1234"), ("v1", "访客v1", "Visitor v1")] {
            let visitor = Uid::new(uid).unwrap();
            let names = [Language::Chinese, Language::English].map(|language| nameless(&visitor, language));
            assert_eq!(names, [chinese, english]);
        }
    }
}

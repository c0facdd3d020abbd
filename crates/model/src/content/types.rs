//! The table of message types.

use super::{Form, Member, Shape};

const fn may(name: &'static [&'static str], value: Shape) -> Member {
    Member { names: name, value, required: false }
}

const fn must(name: &'static [&'static str], value: Shape) -> Member {
    Member { names: name, value, required: true }
}

/// Members of everything that is a file somewhere, after where it is.
macro_rules! media {
    ($($url:literal),+) => {
        &[
            must(&[$($url),+], Shape::Name),
            may(&["name", "filename", "fileName"], Shape::Text),
            may(&["label"], Shape::Text),
            may(&["caption"], Shape::Text),
            may(&["mimeType", "type", "fileType", "format"], Shape::Text),
            may(&["size", "fileSize"], Shape::Text),
            may(&["hash"], Shape::Text),
            may(&["width"], Shape::Text),
            may(&["height"], Shape::Text),
            may(&["duration"], Shape::Text),
            may(&["thumbnail"], Shape::Text),
            may(&["coverUrl"], Shape::Text),
            may(&["title"], Shape::Text),
            may(&["artist"], Shape::Text),
        ]
    };
}

const IMAGE: &[Member] = media!("url", "imageUrl", "fileUrl");
const FILE: &[Member] = media!("url", "fileUrl");
const VIDEO: &[Member] = media!("url", "videoUrl", "fileUrl");
const SOUND: &[Member] = media!("url", "audioUrl", "voiceUrl", "fileUrl");

const STICKER: &[Member] = &[may(&["url"], Shape::Text), may(&["name"], Shape::Text)];

const LOCATION: &[Member] = &[
    must(&["latitude", "lat"], Shape::Number),
    must(&["longitude", "lng", "lon"], Shape::Number),
    may(&["address"], Shape::Text),
    may(&["label", "name"], Shape::Text),
];

const LINK: &[Member] = &[
    must(&["url", "link"], Shape::Name),
    may(&["title"], Shape::Text),
    may(&["description"], Shape::Text),
    may(&["imageUrl"], Shape::Text),
    may(&["label"], Shape::Text),
];

const QUOTATION: &[Member] = &[
    must(&["content"], Shape::Text),
    must(&["quotedMessageUid"], Shape::Name),
    may(&["quotedMessageType"], Shape::Text),
    may(&["quotedSenderUid"], Shape::Text),
    may(&["quotedSenderName"], Shape::Text),
    may(&["quotedCreatedAt"], Shape::Text),
];

const REACTION: &[Member] = &[
    may(&["uid", "messageUid"], Shape::Name),
    may(&["emoji", "name", "reaction"], Shape::Name),
    may(&["remove"], Shape::Truth),
];

const PREVIEW: &[Member] = &[
    may(&["v"], Shape::Text),
    may(&["content"], Shape::Text),
    may(&["clear"], Shape::Truth),
    may(&["ts"], Shape::Text),
];

const GOODS: &[Member] = &[
    may(&["uid"], Shape::Text),
    may(&["title", "name"], Shape::Text),
    may(&["image", "imageUrl"], Shape::Text),
    may(&["description"], Shape::Text),
    may(&["price"], Shape::Text),
    may(&["url"], Shape::Text),
    may(&["tagList", "tags"], Shape::List(&Shape::Text)),
    may(&["quantity"], Shape::Text),
    may(&["extra"], Shape::Any),
];

const ADDRESS: &[Member] = &[may(&["name"], Shape::Text), may(&["phone"], Shape::Text), may(&["address"], Shape::Text)];

const ORDER: &[Member] = &[
    may(&["uid"], Shape::Text),
    may(&["time"], Shape::Text),
    may(&["status"], Shape::Text),
    may(&["statusText"], Shape::Text),
    // One, or a list of them.
    may(&["goods"], Shape::Any),
    may(&["totalAmount"], Shape::Text),
    may(&["shippingAddress"], Shape::Document(ADDRESS)),
    may(&["paymentMethod"], Shape::Text),
    may(&["extra"], Shape::Any),
];

const OPTION: &[Member] = &[
    may(&["optionUid", "uid"], Shape::Text),
    may(&["title", "label"], Shape::Text),
    may(&["value"], Shape::Text),
    may(&["description"], Shape::Text),
    may(&["payload"], Shape::Any),
    may(&["disabled"], Shape::Truth),
];

const CHOICE: &[Member] = &[
    may(&["choiceUid"], Shape::Text),
    may(&["content"], Shape::Text),
    may(&["hint"], Shape::Text),
    may(&["multiple"], Shape::Truth),
    may(&["minSelect"], Shape::Number),
    may(&["maxSelect"], Shape::Number),
    may(&["options"], Shape::List(&Shape::Document(OPTION))),
    may(&["selectedValues"], Shape::List(&Shape::Text)),
];

const FORM: &[Member] =
    &[may(&["formUid"], Shape::Text), may(&["formSchema"], Shape::Any), may(&["formVersion"], Shape::Text)];

const FAQ: &[Member] = &[
    may(&["uid"], Shape::Text),
    may(&["question"], Shape::Text),
    may(&["answer"], Shape::Text),
    may(&["type"], Shape::Text),
];

const WELCOME: &[Member] =
    &[may(&["content"], Shape::Text), may(&["faqs"], Shape::List(&Shape::Document(FAQ))), may(&["kbUid"], Shape::Text)];

const QUEUE: &[Member] = &[
    may(&["content"], Shape::Text),
    may(&["position"], Shape::Number),
    may(&["queueSize"], Shape::Number),
    may(&["waitSeconds"], Shape::Number),
    may(&["estimatedWaitTime"], Shape::Text),
    may(&["estimatedWaitMs"], Shape::Number),
    may(&["serverTimestamp"], Shape::Number),
];

/// LEAVE_MSG, RATE, TRANSFER, INVITE and their kin.
const STATUS: &[Member] = &[may(&["content"], Shape::Text), may(&["status"], Shape::Text)];

const ROBOT: &[Member] = &[
    may(&["question"], Shape::Text),
    may(&["questionUid"], Shape::Text),
    may(&["answer"], Shape::Text),
    may(&["reasonContent"], Shape::Text),
    may(&["sources"], Shape::List(&Shape::Any)),
    may(&["regenerationContext"], Shape::Any),
    may(&["kbUid"], Shape::Text),
    may(&["robotUid"], Shape::Text),
];

/// Every type with a form of its own, by name. What [`FAMILIES`] begins is known too.
pub(super) const FORMS: &[(&str, Form)] = &[
    ("AGENT_CLOSED", Form::Text),
    ("ARTICLE", Form::Json),
    ("AUDIO", Form::Link(SOUND)),
    ("AUTO_CLOSED", Form::Text),
    ("BLOG", Form::Text),
    ("BUTTON", Form::Text),
    ("BUTTON_SUBMIT", Form::Text),
    ("CARD", Form::Json),
    ("CHOICE", Form::Document(CHOICE)),
    ("CHOICE_SUBMIT", Form::Text),
    ("CONFIRM", Form::Text),
    ("CONFIRM_SUBMIT", Form::Text),
    ("CONTINUE", Form::Text),
    ("CUSTOMER_SUBMIT", Form::Text),
    ("DELIVERED", Form::Text),
    ("DOCUMENT", Form::Link(FILE)),
    ("EDIT", Form::Text),
    ("EMAIL", Form::Text),
    ("EMAILL_ADDRESS", Form::Text),
    ("ERROR", Form::Text),
    ("EVENT", Form::Text),
    ("EXTRA", Form::Text),
    ("FILE", Form::Link(FILE)),
    ("FORM", Form::Document(FORM)),
    ("FORM_SUBMIT", Form::Text),
    ("FORWARD", Form::Text),
    ("GOODS", Form::Document(GOODS)),
    ("GOODS_UPDATE", Form::Text),
    ("GUESS", Form::Text),
    ("HOT", Form::Text),
    ("IMAGE", Form::Link(IMAGE)),
    ("JOB_CARD", Form::Json),
    ("KICKOFF", Form::Text),
    ("LINK", Form::Link(LINK)),
    ("LOCATION", Form::Document(LOCATION)),
    ("MUSIC", Form::Link(SOUND)),
    ("NOTICE", Form::Text),
    ("ORDER", Form::Document(ORDER)),
    ("ORDER_CARD", Form::Json),
    ("ORDER_CARD_CANCELLED", Form::Text),
    ("ORDER_CARD_EXPIRE", Form::Text),
    ("ORDER_CARD_PAID", Form::Text),
    ("ORDER_UPDATE", Form::Text),
    ("PHONE_NUMBER", Form::Text),
    ("PLAYBACK", Form::Text),
    ("POLL", Form::Text),
    ("POLL_SUBMIT", Form::Text),
    ("PREFORM", Form::Text),
    ("PREVIEW", Form::Either(PREVIEW)),
    ("PROCESSING", Form::Text),
    ("QUOTATION", Form::Document(QUOTATION)),
    ("REACTION", Form::Either(REACTION)),
    ("READ", Form::Text),
    ("RECALL", Form::Text),
    ("ROUTING_POOL", Form::Either(QUEUE)),
    ("SHAKE", Form::Text),
    ("SHORTCUT", Form::Text),
    ("STICKER", Form::Either(STICKER)),
    ("STREAM", Form::Either(ROBOT)),
    ("SYSTEM", Form::Text),
    ("SYSTEM_ALARM", Form::Text),
    ("TEXT", Form::Text),
    ("THREAD", Form::Text),
    ("TYPING", Form::Text),
    ("URL", Form::Text),
    ("VIDEO", Form::Link(VIDEO)),
    ("VISITOR_CLOSED", Form::Text),
    ("VOICE", Form::Link(SOUND)),
    ("WECHAT_NUMBER", Form::Text),
    ("WELCOME", Form::Either(WELCOME)),
];

/// Families of types: what begins so and goes on with `_` or not at all.
const FAMILIES: &[(&str, Form)] = &[
    ("FAQ", Form::Either(FAQ)),
    ("GROUP", Form::Text),
    ("INVITE", Form::Either(STATUS)),
    ("LEAVE_MSG", Form::Either(STATUS)),
    ("LOGISTICS", Form::Text),
    ("NOTIFICATION", Form::Text),
    ("PAYMENT", Form::Text),
    ("QUEUE", Form::Either(QUEUE)),
    ("RATE", Form::Either(STATUS)),
    ("REFUND", Form::Text),
    ("ROBOT", Form::Either(ROBOT)),
    ("TICKET", Form::Text),
    ("TRANSFER", Form::Either(STATUS)),
    ("WEBRTC", Form::Text),
];

/// The form of a type, if it is known.
pub(super) fn form(name: &str) -> Option<Form> {
    if let Ok(place) = FORMS.binary_search_by_key(&name, |(known, _)| known) {
        return Some(FORMS[place].1);
    }
    let belongs = |family: &str| name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    FAMILIES.iter().find(|(family, _)| belongs(family)).map(|(_, form)| *form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_the_specification_is_known() {
        assert!(FORMS.is_sorted_by_key(|(name, _)| *name));
        let names = "WELCOME CONTINUE SYSTEM NOTICE TEXT IMAGE FILE DOCUMENT AUDIO VOICE VIDEO MUSIC LOCATION LINK CARD EVENT
            EXTRA GUESS HOT SHORTCUT URL GOODS ORDER PHONE_NUMBER EMAILL_ADDRESS WECHAT_NUMBER FORWARD STICKER EMAIL ARTICLE
            BLOG THREAD QUOTATION QUEUE QUEUE_NOTICE QUEUE_UPDATE QUEUE_ACCEPT QUEUE_TIMEOUT QUEUE_CANCEL ROUTING_POOL POLL
            POLL_SUBMIT PREFORM FORM FORM_SUBMIT CHOICE CHOICE_SUBMIT CONFIRM CONFIRM_SUBMIT BUTTON BUTTON_SUBMIT LEAVE_MSG
            LEAVE_MSG_SUBMIT LEAVE_MSG_REPLIED CUSTOMER_SUBMIT SYSTEM_ALARM TICKET TICKET_SUBMIT TYPING PREVIEW PROCESSING
            REACTION PLAYBACK GOODS_UPDATE ORDER_UPDATE RECALL DELIVERED READ KICKOFF SHAKE FAQ FAQ_QUESTION FAQ_ANSWER ROBOT
            ROBOT_CANCEL ROBOT_UNANSWERED ROBOT_ERROR ROBOT_STREAM ROBOT_STREAM_START ROBOT_STREAM_END ROBOT_STREAM_CANCEL
            ROBOT_STREAM_UNANSWERED ROBOT_STREAM_ERROR ROBOT_UP ROBOT_DOWN PAYMENT PAYMENT_SUCCESS PAYMENT_FAILURE REFUND
            REFUND_SUCCESS REFUND_FAILURE LOGISTICS LOGISTICS_UPDATE LOGISTICS_DELIVERED LOGISTICS_EXCEPTION RATE_INVITE RATE
            RATE_SUBMIT RATE_CANCEL AUTO_CLOSED AGENT_CLOSED VISITOR_CLOSED TRANSFER TRANSFER_REJECT INVITE INVITE_REMOVE
            INVITE_VISITOR INVITE_VISITOR_REJECT INVITE_KBASE_ACCEPT INVITE_AUDIO INVITE_VIDEO_TIMEOUT WEBRTC_AUDIO_INVITE
            GROUP_CREATE GROUP_DISMISS NOTIFICATION_AGENT_REPLY_TIMEOUT NOTIFICATION_RATE_SUBMITTED ERROR STREAM FAQ_Q FAQ_UP";
        for name in names.split_whitespace() {
            assert!(form(name).is_some(), "{name}");
        }
        for name in ["BRAND_NEW", "ROBOTIC", "TEXTS", ""] {
            assert!(form(name).is_none(), "{name}");
        }
    }
}

//! A multipart form (RFC 7578) that is read as it comes, in bounded memory.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::Stream;
use multer::{Field, Multipart};
use tokio::time::{Instant, timeout_at};

/// Bytes that may come without being a part of a field: what the parser keeps while it looks for the end of a head.
const UNPARSED: usize = 64 * 1024;
/// Bytes of a field that is no file.
const MAX_TEXT: usize = 4096;
/// Fields of a form.
const MAX_FIELDS: usize = 32;

/// How long a form may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormTimes {
    /// For the next bytes to come.
    pub(super) stall: Duration,
    /// For all of them.
    pub(super) whole: Duration,
}

/// Why a form is not read to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum FormError {
    /// It is no form, or ended before its end.
    #[error("the form cannot be read: {0}")]
    Malformed(String),
    /// It is too large, or one of its fields.
    #[error("the form is too large")]
    TooLarge,
    /// Nothing came for too long, or it took too long in all.
    #[error("the upload took too long")]
    TooSlow,
}

impl From<multer::Error> for FormError {
    fn from(error: multer::Error) -> Self {
        match &error {
            multer::Error::StreamReadFailed(cause) if cause.is::<OverBound>() => Self::TooLarge,
            _ => Self::Malformed(error.to_string()),
        }
    }
}

/// The reader of a form.
pub(super) struct Form {
    parts: Multipart<'static>,
    unparsed: Arc<AtomicUsize>,
    fields: usize,
    stall: Duration,
    until: Instant,
}

impl Form {
    /// Reads `body`, of at most `limit` bytes, as its `content_type` says.
    pub(super) fn new(body: Body, content_type: &str, limit: usize, times: FormTimes) -> Result<Self, FormError> {
        let boundary = multer::parse_boundary(content_type)?;
        let unparsed = Arc::new(AtomicUsize::new(0));
        let body =
            Measured { body: body.into_data_stream(), unparsed: Arc::clone(&unparsed), left: limit, gave: false };
        let until = Instant::now() + times.whole;
        Ok(Self { parts: Multipart::new(body, boundary), unparsed, fields: 0, stall: times.stall, until })
    }

    /// The next field; what was not read of the one before is skipped.
    pub(super) async fn next(&mut self) -> Result<Option<FormField>, FormError> {
        self.fields += 1;
        if self.fields > MAX_FIELDS {
            return Err(FormError::TooLarge);
        }
        let (stall, until) = (self.stall, self.until);
        let field = in_time(stall, until, self.parts.next_field()).await??;
        self.unparsed.store(0, Ordering::Relaxed);
        Ok(field.map(|field| FormField { field, unparsed: Arc::clone(&self.unparsed), stall, until }))
    }
}

/// A field on its way.
pub(super) struct FormField {
    field: Field<'static>,
    unparsed: Arc<AtomicUsize>,
    stall: Duration,
    until: Instant,
}

impl FormField {
    pub(super) fn name(&self) -> &str {
        self.field.name().unwrap_or_default()
    }

    /// The name of the file, if it is one.
    pub(super) fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    pub(super) async fn chunk(&mut self) -> Result<Option<Bytes>, FormError> {
        let chunk = in_time(self.stall, self.until, self.field.chunk()).await??;
        self.unparsed.store(0, Ordering::Relaxed);
        Ok(chunk)
    }

    /// The whole of a field that is a short text.
    pub(super) async fn text(mut self) -> Result<String, FormError> {
        let mut text = Vec::new();
        while let Some(chunk) = self.chunk().await? {
            if text.len() + chunk.len() > MAX_TEXT {
                return Err(FormError::TooLarge);
            }
            text.extend_from_slice(&chunk);
        }
        String::from_utf8(text).map_err(|_| FormError::Malformed(format!("{} is not UTF-8", self.name())))
    }
}

async fn in_time<T>(stall: Duration, until: Instant, coming: impl Future<Output = T>) -> Result<T, FormError> {
    timeout_at(until.min(Instant::now() + stall), coming).await.map_err(|_| FormError::TooSlow)
}

/// The form is over a bound.
#[derive(Debug, thiserror::Error)]
#[error("over a bound")]
struct OverBound;

/// A body that hands out one piece at a time and pauses behind each: the parser keeps whatever it can get in one go. It
/// ends with an error when the parser makes nothing of too much of it.
struct Measured {
    body: BodyDataStream,
    /// Bytes handed out since the parser gave something back.
    unparsed: Arc<AtomicUsize>,
    /// Bytes that may still come.
    left: usize,
    gave: bool,
}

impl Stream for Measured {
    type Item = Result<Bytes, Box<dyn std::error::Error + Send + Sync>>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.gave) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Some(piece) = std::task::ready!(Pin::new(&mut self.body).poll_next(context)) else {
            return Poll::Ready(None);
        };
        let piece = piece.map_err(|error| error.into_inner())?;
        let unparsed = self.unparsed.fetch_add(piece.len(), Ordering::Relaxed);
        let Some(left) = self.left.checked_sub(piece.len()).filter(|_| unparsed <= UNPARSED) else {
            return Poll::Ready(Some(Err(Box::new(OverBound))));
        };
        self.left = left;
        self.gave = true;
        Poll::Ready(Some(Ok(piece)))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=x";
    const TIMES: FormTimes = FormTimes { stall: Duration::from_secs(5), whole: Duration::from_secs(20) };

    fn form(pieces: Vec<Vec<u8>>, limit: usize) -> Form {
        let pieces = pieces.into_iter().map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        Form::new(Body::from_stream(stream::iter(pieces)), TYPE, limit, TIMES).unwrap()
    }

    fn field(name: &str, content: &str) -> String {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
    }

    #[tokio::test]
    async fn fields_come_in_order_however_they_are_cut() {
        let text = format!("{}{}--x--\r\n", field("a", "1"), field("b", "二"));
        for size in [1, 7, text.len()] {
            let mut form = form(text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect(), text.len());
            let mut seen = Vec::new();
            while let Some(field) = form.next().await.unwrap() {
                seen.push((field.name().to_owned(), field.text().await.unwrap()));
            }
            assert_eq!(seen, [("a".to_owned(), "1".to_owned()), ("b".to_owned(), "二".to_owned())], "{size}");
        }
    }

    #[tokio::test]
    async fn nothing_is_kept_beyond_its_bound() {
        let text = format!("{}--x--\r\n", field("a", "1"));
        let mut short = form(vec![text.clone().into_bytes()], text.len() - 1);
        assert!(matches!(short.next().await.err(), Some(FormError::TooLarge)));
        let endless = "--x\r\nX-Head: ".to_owned() + &"y".repeat(10 * UNPARSED);
        let mut head = form(endless.as_bytes().chunks(1000).map(<[u8]>::to_vec).collect(), usize::MAX);
        assert!(matches!(head.next().await.err(), Some(FormError::TooLarge)));
        let long = field("a", &"y".repeat(MAX_TEXT + 1)) + "--x--\r\n";
        let mut long = form(vec![long.into_bytes()], usize::MAX);
        assert!(matches!(long.next().await.unwrap().unwrap().text().await, Err(FormError::TooLarge)));
        let mut many = form(vec![(field("a", "1").repeat(MAX_FIELDS + 1) + "--x--\r\n").into_bytes()], usize::MAX);
        let ended = loop {
            if let Err(error) = many.next().await {
                break error;
            }
        };
        assert!(matches!(ended, FormError::TooLarge));
    }

    #[tokio::test]
    async fn what_is_no_form_is_refused() {
        assert!(matches!(Form::new(Body::empty(), "application/json", 9, TIMES), Err(FormError::Malformed(_))));
        let mut cut = form(vec![field("a", "1").into_bytes()], usize::MAX);
        let first = cut.next().await.unwrap().unwrap();
        assert!(matches!(first.text().await, Err(FormError::Malformed(_))), "nothing says that it is whole");
    }

    #[tokio::test(start_paused = true)]
    async fn who_stalls_is_not_waited_for() {
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let mut form = Form::new(body, TYPE, 9, TIMES).unwrap();
        let begun = Instant::now();
        assert!(matches!(form.next().await.err(), Some(FormError::TooSlow)));
        assert_eq!(begun.elapsed(), TIMES.stall);
    }
}

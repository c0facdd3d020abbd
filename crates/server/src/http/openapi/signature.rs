//! What the types of a handler's arguments and of its answer say.

use std::future::Future;

use axum::{
    Extension,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::Html,
};
use schemars::JsonSchema;
use serde_json::json;

use super::Description;
use crate::http::{AppError, JsonBody, QueryParams, Success};

/// An extractor: what it reads of a request.
pub trait Input {
    /// Adds it to `description`; nothing if clients need not know.
    fn describe(_description: &mut Description<'_>) {}
}

/// An answer: what it looks like.
pub trait Output {
    /// Adds it to `description`.
    fn describe(description: &mut Description<'_>);
}

/// A handler: arguments `A` that are all [`Input`], and an [`Output`].
pub trait Signature<A> {
    /// Adds what it takes and gives to `description`.
    fn describe(description: &mut Description<'_>);
}

impl<S> Input for State<S> {}
impl<T> Input for Extension<T> {}
impl<T> Input for Path<T> {}
impl Input for HeaderMap {}
/// For bodies that need not be there; what is in them is to be said elsewhere.
impl Input for Bytes {}

impl<T: JsonSchema> Input for JsonBody<T> {
    fn describe(description: &mut Description<'_>) {
        description.json_body::<T>();
        description.can_fail();
    }
}

impl<T: JsonSchema> Input for QueryParams<T> {
    fn describe(description: &mut Description<'_>) {
        description.query::<T>();
        description.can_fail();
    }
}

impl<T: JsonSchema> Output for Success<T> {
    fn describe(description: &mut Description<'_>) {
        description.envelope::<T>();
    }
}

impl<T: Output> Output for Result<T, AppError> {
    fn describe(description: &mut Description<'_>) {
        T::describe(description);
        description.can_fail();
    }
}

impl Output for &'static str {
    fn describe(description: &mut Description<'_>) {
        description.answer(200, "Words.", "text/plain", &json!({"type": "string"}));
    }
}

impl Output for String {
    fn describe(description: &mut Description<'_>) {
        <&'static str>::describe(description);
    }
}

impl<T> Output for Html<T> {
    fn describe(description: &mut Description<'_>) {
        description.answer(200, "A page.", "text/html", &json!({"type": "string"}));
    }
}

/// Headers change nothing.
impl<H, T: Output, const N: usize> Output for ([(axum::http::HeaderName, H); N], T) {
    fn describe(description: &mut Description<'_>) {
        T::describe(description);
    }
}

macro_rules! signatures {
    ($($argument:ident)*) => {
        impl<F, Answering, Answer, $($argument,)*> Signature<($($argument,)*)> for F
        where
            F: Fn($($argument),*) -> Answering,
            Answering: Future<Output = Answer>,
            Answer: Output,
            $($argument: Input,)*
        {
            fn describe(description: &mut Description<'_>) {
                $($argument::describe(description);)*
                Answer::describe(description);
            }
        }
    };
}

signatures!();
signatures!(A);
signatures!(A B);
signatures!(A B C);
signatures!(A B C D);
signatures!(A B C D E);
signatures!(A B C D E G);
signatures!(A B C D E G H);

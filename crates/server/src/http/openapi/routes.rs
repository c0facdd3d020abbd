//! Registering routes, and with them what the document says.

use axum::{
    Router,
    handler::Handler,
    http::Method,
    routing::{MethodRouter, get, post},
};
use deskwire_model::Role;

use super::{Description, Signature};
use crate::http::{Audited, Audits, for_any_origin};

/// An operation: a method at a path.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    /// Other paths that lead to the same handler.
    pub(super) old_paths: Vec<&'static str>,
    /// It is for clients of old.
    pub(super) is_deprecated: bool,
    /// Who may, if not everybody whom its access lets in.
    pub(super) roles: &'static [Role],
    /// What is noted of it in the audit log, if it is.
    pub(super) audited: Option<Audited>,
    pub(super) describe: fn(&mut Description<'_>),
}

/// Routes with their descriptions: a router that says what is in it.
///
/// ```text
/// Routes::about("Conversations")
///     .post("/api/v1/thread/close", close, "Ends a conversation.")
///     .also("/api/v1/thread/close/topic")
/// ```
#[derive(Debug)]
pub struct Routes<S = ()> {
    tag: &'static str,
    router: Router<S>,
    operations: Vec<Operation>,
    /// The handler that was registered last.
    last: Option<MethodRouter<S>>,
}

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Routes of one subject, under which the reference lists them.
    #[must_use]
    pub fn about(tag: &'static str) -> Self {
        Self { tag, router: Router::new(), operations: Vec::new(), last: None }
    }

    /// GET `path` is answered by `handler`. `summary` says in one sentence what it does.
    #[must_use]
    pub fn get<H, T, A>(self, path: &'static str, handler: H, summary: &'static str) -> Self
    where
        H: Handler<T, S> + Signature<A>,
        T: 'static,
    {
        self.route(Method::GET, path, get(handler), <H as Signature<A>>::describe, summary)
    }

    /// POST `path` is answered by `handler`, as [`Self::get`].
    #[must_use]
    pub fn post<H, T, A>(self, path: &'static str, handler: H, summary: &'static str) -> Self
    where
        H: Handler<T, S> + Signature<A>,
        T: 'static,
    {
        self.route(Method::POST, path, post(handler), <H as Signature<A>>::describe, summary)
    }

    fn route(
        mut self,
        method: Method,
        path: &'static str,
        handler: MethodRouter<S>,
        describe: fn(&mut Description<'_>),
        summary: &'static str,
    ) -> Self {
        let (tag, old_paths) = (self.tag, Vec::new());
        self.operations.push(Operation {
            method,
            path,
            tag,
            summary,
            old_paths,
            is_deprecated: false,
            roles: &[],
            audited: None,
            describe,
        });
        self.router = self.router.route(path, handler.clone());
        self.last = Some(handler);
        self
    }

    /// The last route is found under `path` too, as clients of other years spell it.
    #[must_use]
    pub fn also(mut self, path: &'static str) -> Self {
        if let (Some(handler), Some(operation)) = (&self.last, self.operations.last_mut()) {
            self.router = self.router.route(path, handler.clone());
            operation.old_paths.push(path);
        }
        self
    }

    /// The last route is for clients of old.
    #[must_use]
    pub fn deprecated(mut self) -> Self {
        if let Some(operation) = self.operations.last_mut() {
            operation.is_deprecated = true;
        }
        self
    }

    /// Of those who are let in, the last route is for these roles.
    #[must_use]
    pub fn only_for(mut self, roles: &'static [Role]) -> Self {
        if let Some(operation) = self.operations.last_mut() {
            operation.roles = roles;
        }
        self
    }

    /// The last route changes the service, or shows much of it: whoever calls it is noted in the audit log.
    #[must_use]
    pub fn audited(mut self, audited: Audited) -> Self {
        if let Some(operation) = self.operations.last_mut() {
            operation.audited = Some(audited);
        }
        self
    }

    /// These routes and `other`.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.operations.extend(other.operations);
        self.last = None;
        self
    }

    /// What is done to the router as a whole: layers.
    #[must_use]
    pub fn map_router(mut self, change: impl FnOnce(Router<S>) -> Router<S>) -> Self {
        self.router = change(self.router);
        self.last = None;
        self
    }

    /// Pages of every origin may call these routes ([`for_any_origin`]).
    #[must_use]
    pub fn for_any_origin(self) -> Self {
        self.map_router(for_any_origin)
    }

    /// What is noted in the audit log, by path.
    #[must_use]
    pub fn audits(&self) -> Audits {
        let mut audits = Audits::new();
        for operation in &self.operations {
            let Some(audited) = operation.audited else { continue };
            for path in [operation.path].into_iter().chain(operation.old_paths.iter().copied()) {
                audits.entry(path).or_default().push((operation.method.clone(), audited));
            }
        }
        audits
    }

    /// The router alone, once the document has been made.
    pub fn into_router(self) -> Router<S> {
        self.router
    }
}

impl<S> Routes<S> {
    /// What is answered, in the order of registration.
    pub(super) fn operations(&self) -> &[Operation] {
        &self.operations
    }
}

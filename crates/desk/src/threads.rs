//! "Request thread": which conversation a visitor gets, and who serves it (`spec/bytedesk.md` §7.1, §8).

use std::sync::Arc;

use deskwire_broker::CommitError;
use deskwire_model::{
    Conversation, Draft, Principal, Role, ThreadStatus, ThreadType, Timestamp, Uid, topic_behind_notes,
};
use deskwire_store::{HookEvent, NewConversation, Refusal, Visitor, Write};

use crate::{
    BoxFuture, Desk, DeskError,
    deciding::{ATTEMPTS, Decided, Line, Plan},
    greeting::{Greeting, Welcome},
    queue::seed,
    routing::{Question, Route, first_with_room, route},
    state::Event,
};

/// Services that a request may be passed on to by overflow, the first one included.
const MAX_OVERFLOW: usize = 4;

/// A visitor asks to be served.
#[derive(Clone, Debug)]
pub struct ThreadRequest {
    /// Who asks.
    pub visitor: Visitor,
    /// Whether an agent or a workgroup is asked for.
    pub kind: ThreadType,
    /// The uid of the agent or workgroup.
    pub service: Uid,
    /// The channel the visitor came by.
    pub channel: String,
}

/// Who is to answer a visitor.
#[derive(Clone, Debug)]
pub(crate) enum Answerer {
    /// Whoever comes first: the robot of the service, if it has one.
    First,
    /// A person, as the visitor wants.
    Person,
    /// A person, as its robot has heard nothing of the visitor for too long.
    Idle,
    /// A person: a robot hands over.
    HandedOver {
        /// What it answers with that.
        event: HookEvent,
        /// What is said before.
        last_words: Vec<Line>,
    },
}

/// What routing has found for a conversation.
struct Found {
    kind: ThreadType,
    service: Uid,
    route: Route,
}

impl Desk {
    /// Opens the conversation between a visitor and an agent or workgroup, or goes on with it, and gives it to an agent
    /// if routing finds one with room (invariant I10).
    ///
    /// # Errors
    /// [`DeskError::UnknownService`] when nobody has the uid that is asked for; [`DeskError::Blacklisted`],
    /// [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn request_thread(&self, request: ThreadRequest, now: Timestamp) -> Result<Greeting, DeskError> {
        self.request(request, &Answerer::First, now).await
    }

    /// As [`Self::request_thread`], for a visitor who wants to speak with a person: a robot that has the conversation
    /// hands it over.
    ///
    /// # Errors
    /// As [`Self::request_thread`].
    pub async fn request_agent(&self, request: ThreadRequest, now: Timestamp) -> Result<Greeting, DeskError> {
        self.request(request, &Answerer::Person, now).await
    }

    async fn request(
        &self,
        request: ThreadRequest,
        answerer: &Answerer,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        self.hears(&Self::visitor_principal(&request.visitor), now).await?;
        let permit = Arc::clone(&self.decisions).acquire_owned().await.map_err(|_| CommitError::Stopping)?;
        // A decision that has begun is carried through, also when whoever asked goes away meanwhile: what is committed
        // must be remembered and told.
        let (desk, answerer) = (self.clone(), answerer.clone());
        let decision = tokio::spawn(async move {
            let _permit = permit;
            let conversation = desk.open(&request).await?;
            desk.greet(conversation, &answerer, now).await
        });
        let greeting = decision.await.map_err(|_| CommitError::Stopping)??;
        self.mark_greeted(&greeting).await?;
        Ok(greeting)
    }

    /// The conversation of the request, created if there is none.
    pub(crate) async fn open(&self, request: &ThreadRequest) -> Result<Arc<Conversation>, DeskError> {
        let ThreadRequest { visitor, kind, service, channel } = request;
        if !self.is_service(*kind, service, &visitor.org).await? {
            return Err(DeskError::UnknownService);
        }
        let topic = kind.topic(service, &visitor.uid);
        // A uid may be chosen such that the notes about another visitor are looked for there, now or later.
        if topic_behind_notes(topic.as_str()).is_some() {
            return Err(DeskError::NotYours);
        }
        if let Some(conversation) = self.conversation(topic.as_str()).await? {
            return Ok(conversation);
        }
        let addressed = (*kind == ThreadType::Agent).then(|| service.clone());
        let write = Write::CreateConversation(NewConversation {
            uid: Uid::random(),
            org: visitor.org.clone(),
            topic,
            kind: *kind,
            service: service.clone(),
            visitor: visitor.uid.clone(),
            visitor_profile: visitor.profile.clone(),
            channel: channel.clone(),
            participants: std::iter::once(visitor.uid.clone()).chain(addressed.clone()).collect(),
        });
        let conversation = self.changed(write).await?;
        self.tell_joined(&visitor.uid, &conversation);
        if let Some(agent) = &addressed {
            self.tell_joined(agent, &conversation);
        }
        Ok(conversation)
    }

    /// The conversation between `by` and a visitor of its organisation. If there was none it is opened, and nobody has it.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors, [`DeskError::UnknownVisitor`]; [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn open_with(&self, by: &Principal, visitor: &Uid) -> Result<Arc<Conversation>, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let visitor = self.store.visitor(visitor).await?.filter(|found| found.org == by.org);
        let visitor = visitor.ok_or(DeskError::UnknownVisitor)?;
        let channel = visitor.channel.clone();
        self.open(&ThreadRequest { visitor, kind: ThreadType::Agent, service: by.uid.clone(), channel }).await
    }

    /// Whether there is such an agent or workgroup in the organisation.
    pub(crate) async fn is_service(&self, kind: ThreadType, service: &Uid, org: &Uid) -> Result<bool, DeskError> {
        Ok(match kind {
            ThreadType::Agent => self.store.agent(service).await?.is_some_and(|agent| agent.org == *org),
            ThreadType::Workgroup => self.store.workgroup(service).await?.is_some_and(|group| group.org == *org),
        })
    }

    /// What the visitor is told, after its conversation has gone where it can go.
    async fn greet(
        &self,
        conversation: Arc<Conversation>,
        answerer: &Answerer,
        now: Timestamp,
    ) -> Result<Greeting, DeskError> {
        match self.place(&conversation, answerer, None, now).await? {
            Placed::Anew(decided) => match self.greeting(&decided)? {
                Some(greeting) => Ok(greeting),
                None => self.told_again(decided.conversation, now).await,
            },
            Placed::AsBefore(conversation) => self.told_again(conversation, now).await,
        }
    }

    /// The visitor says something in a conversation that is closed, which goes on with it.
    pub(crate) async fn reopen(
        &self,
        conversation: &Conversation,
        said: &Draft,
        now: Timestamp,
    ) -> Result<Placed, DeskError> {
        self.place(conversation, &Answerer::First, Some(said), now).await
    }

    /// Routes a conversation that nobody has, or that a robot has and a person is to have, behind what the visitor has
    /// said.
    pub(crate) fn place<'a>(
        &'a self,
        conversation: &'a Conversation,
        answerer: &'a Answerer,
        said: Option<&'a Draft>,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Placed, DeskError>> {
        Box::pin(self.try_to_place(conversation, answerer, said, now))
    }

    async fn try_to_place(
        &self,
        conversation: &Conversation,
        answerer: &Answerer,
        said: Option<&Draft>,
        now: Timestamp,
    ) -> Result<Placed, DeskError> {
        let mut attempts = 0;
        loop {
            let current = self.store.conversation(conversation.id).await?.ok_or(DeskError::NotYours)?;
            let current = self.remember(current);
            let keeps = match (answerer, current.status) {
                (_, ThreadStatus::Chatting | ThreadStatus::Queuing) => true,
                (Answerer::First, ThreadStatus::Roboting) => self.has_robot(&current).await?,
                (Answerer::HandedOver { .. } | Answerer::Idle, status) => status != ThreadStatus::Roboting,
                (Answerer::First | Answerer::Person, _) => false,
            };
            if keeps {
                return Ok(Placed::AsBefore(current));
            }
            attempts += 1;
            if matches!(answerer, Answerer::First)
                && current.status != ThreadStatus::Roboting
                && let Some(plan) = self.robot_takes(&current, said, now).await?
            {
                match self.carry_out(&current, plan).await {
                    Err(DeskError::Refused(Refusal::Fenced)) if attempts < ATTEMPTS => continue,
                    decided => return decided.map(Placed::Anew),
                }
            }
            let found = self.find(&current, now).await?;
            if matches!(found.route, Route::LeaveMessage(_)) && current.status == ThreadStatus::Offline {
                return Ok(Placed::AsBefore(current));
            }
            let mut before = Vec::from_iter(said.map(|said| Line::plain(visitor_of(&current), said.clone())));
            match answerer {
                Answerer::HandedOver { event, last_words } => {
                    self.is_robots(&current, event).await?;
                    before.extend(last_words.iter().cloned());
                }
                Answerer::Person if current.status == ThreadStatus::Roboting => {
                    before.push(self.handed_over(&current, "the visitor wants a person").await?);
                }
                Answerer::First if current.status == ThreadStatus::Roboting => {
                    before.push(self.handed_over(&current, "there is no robot any more").await?);
                }
                Answerer::Idle => {
                    before.push(self.handed_over(&current, "nothing was said to the robot for too long").await?);
                }
                Answerer::Person | Answerer::First => {}
            }
            match self.place_there(&current, found, before, now).await {
                Err(DeskError::Refused(Refusal::Fenced)) if attempts < ATTEMPTS => {}
                decided => return decided.map(Placed::Anew),
            }
        }
    }

    /// Where a conversation goes, by the rules of who was asked and of those it overflows to.
    async fn find(&self, conversation: &Conversation, now: Timestamp) -> Result<Found, DeskError> {
        let asked = asked_for(conversation);
        let mut services = vec![asked];
        let mut routes = Vec::new();
        let mut next = 0;
        while let Some((kind, service)) = services.get(next).cloned() {
            next += 1;
            let settings = self.settings(&service).await?;
            let last_agent = self.last_agent(settings.routing, conversation.id).await?;
            let question = Question {
                mode: settings.routing,
                open: settings.is_open(now, &self.config.time_zone),
                waiting: self.store.queue_place(&service, conversation.id).await?.size,
                max_waiting: settings.max_waiting,
                visitor: &conversation.visitor,
                last_agent: last_agent.as_ref(),
                seed: seed(conversation),
            };
            routes.push(route(&question, &self.candidates(kind, &service).await?));
            if let Some(overflow) = settings.overflow.clone().map(|overflow| (ThreadType::Workgroup, overflow))
                && !services.contains(&overflow)
                && services.len() < MAX_OVERFLOW
            {
                services.push(overflow);
            }
        }
        let (index, route) = first_with_room(routes).ok_or(DeskError::UnknownService)?;
        let (kind, service) = services.swap_remove(index);
        Ok(Found { kind, service, route })
    }

    /// Puts the conversation where routing wants it.
    async fn place_there(
        &self,
        conversation: &Arc<Conversation>,
        found: Found,
        before: Vec<Line>,
        now: Timestamp,
    ) -> Result<Decided, DeskError> {
        let Found { kind, service, route } = found;
        let moved = (service != conversation.service).then_some((kind, &service));
        let behind = |plan: Plan| plan.behind(before.clone());
        let reason = match route {
            Route::Assign(choices) => {
                for choice in &choices {
                    let plan = self.welcoming(conversation, Welcome::Chosen(choice), moved).await?;
                    match self.carry_out(conversation, behind(plan)).await {
                        Err(DeskError::Refused(Refusal::AtCapacity)) => {}
                        decided => {
                            tracing::info!(
                                conversation = %conversation.id, agent = %choice.agent, reason = choice.reason, "assigned"
                            );
                            return decided;
                        }
                    }
                }
                "all agents are busy"
            }
            Route::Queue(reason) => reason,
            Route::LeaveMessage(reason) => {
                let settings = self.settings(&service).await?;
                let language = self.language(conversation.id).await?;
                let plan = self.leaving_message(conversation, Event::NobodyThere, &settings, language, reason)?;
                return self.carry_out(conversation, behind(plan)).await;
            }
        };
        let plan = self.queuing(conversation, Event::Queue, (kind, &service), reason, now).await?;
        let decided = self.carry_out(conversation, behind(plan)).await?;
        self.offer(&decided.conversation, now).await?;
        Ok(decided)
    }
}

/// What became of a request.
#[derive(Debug)]
pub(crate) enum Placed {
    /// It went somewhere.
    Anew(Decided),
    /// Somebody has it, it waits, or still nobody is there.
    AsBefore(Arc<Conversation>),
}

/// Who was asked for at first: the topic says it, whoever serves the conversation by now.
pub(crate) fn asked_for(conversation: &Conversation) -> (ThreadType, Uid) {
    let mut segments = conversation.topic.as_str().split('/').skip(1);
    let kind = match segments.next() {
        Some("agent") => Some(ThreadType::Agent),
        Some("workgroup") => Some(ThreadType::Workgroup),
        _ => None,
    };
    let service = segments.next().and_then(|service| Uid::new(service).ok());
    kind.zip(service).unwrap_or_else(|| (conversation.kind, conversation.service.clone()))
}

/// The visitor of a conversation, as who speaks.
pub(crate) fn visitor_of(conversation: &Conversation) -> Principal {
    Principal { org: conversation.org.clone(), uid: conversation.visitor.clone(), role: Role::Visitor }
}

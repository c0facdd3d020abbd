//! Threads that serve a bounded queue of jobs, each with a state of its own.

use std::{
    num::NonZeroUsize,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use tokio::sync::{mpsc, oneshot};

use crate::StoreError;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// The threads of one queue; dropping them finishes the queue first.
pub(super) struct Workers<S> {
    /// Taken only by `drop`.
    queue: Option<mpsc::Sender<Job<S>>>,
    threads: Vec<JoinHandle<()>>,
}

impl<S: Send + 'static> Workers<S> {
    /// Starts one thread per state; `waiting` jobs may queue up for them.
    pub(super) fn start(name: &str, states: Vec<S>, waiting: NonZeroUsize) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel::<Job<S>>(waiting.get());
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = states
            .into_iter()
            .map(|state| {
                let jobs = Arc::clone(&jobs);
                thread::Builder::new().name(name.to_owned()).spawn(move || serve(&jobs, state))
            })
            .collect::<Result<_, _>>()
            .map_err(|error| StoreError::Backend(Box::new(error)))?;
        Ok(Self { queue: Some(queue), threads })
    }

    /// Has a thread run `job` and returns its answer. A caller that stops waiting does not stop a job that is queued.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let job: Job<S> = Box::new(move |state| {
            // Sending fails when the caller has gone, and then nobody misses the answer.
            let _unheard = reply.send(job(state));
        });
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(job).await.map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }
}

fn serve<S>(jobs: &Mutex<mpsc::Receiver<Job<S>>>, mut state: S) {
    loop {
        // One thread waits for the next job, the others for their turn to wait. No job runs under the lock.
        let job = jobs.lock().unwrap_or_else(PoisonError::into_inner).blocking_recv();
        match job {
            Some(job) => job(&mut state),
            None => return,
        }
    }
}

impl<S> Drop for Workers<S> {
    fn drop(&mut self) {
        self.queue = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the store has panicked");
            }
        }
    }
}

//! A random walk of two organisations over the real desk on the real store, with a clock that goes on when the walk lets
//! it: visitors, agents with several devices, supervisors, robots and business systems do what they do, alone and at the same
//! time, and say things twice; strangers try to get in; settings change; and the desk is killed with work on its way and opened again on the same file. Whenever nothing
//! is on its way the promises hold (invariants I1 to I5, I9 and I10).
//!
//! The seed decides who does what; what happens at the same time the machine decides. A failing walk prints what was done
//! last, and its seed: `DESKWIRE_SIMULATION_SEED=…` repeats it. `DESKWIRE_SIMULATION_STEPS=…` makes it longer.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod acts;
mod cast;
mod counts;
mod house;
mod ledger;
mod notes;
mod queues;
mod rules;
mod script;
mod strangers;
mod walk;
mod witness;

use std::{
    env,
    hash::{BuildHasher, RandomState},
};

use rand::{SeedableRng as _, rngs::SmallRng};

use self::{cast::Organisation, walk::Walk};

/// Steps of a walk that nobody has made longer.
const STEPS: usize = 700;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|number| number.parse().unwrap())
}

#[test]
fn any_order_of_events_keeps_the_promises() {
    let seed = number("DESKWIRE_SIMULATION_SEED").unwrap_or_else(|| RandomState::new().hash_one("seed"));
    let steps = number("DESKWIRE_SIMULATION_STEPS").map_or(STEPS, |steps| usize::try_from(steps).unwrap());
    eprintln!("DESKWIRE_SIMULATION_SEED={seed}");
    let cast = [Organisation::new('a'), Organisation::new('b')];
    let mut walk = Walk::new(&cast, SmallRng::seed_from_u64(seed));
    for _ in 0..steps {
        walk.step();
    }
    walk.end();
}

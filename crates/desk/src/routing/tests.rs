use proptest::prelude::*;

use super::*;

fn uid(text: &str) -> Uid {
    Uid::new(text).unwrap()
}

fn agent(name: &str) -> Candidate {
    Candidate {
        uid: uid(name),
        ready: true,
        chatting: 0,
        capacity: 10,
        weight: 1,
        last_assigned: None,
        response_ms: None,
    }
}

fn question<'a>(mode: Mode, visitor: &'a Uid, last_agent: Option<&'a Uid>, seed: u64) -> Question<'a> {
    Question { mode, open: true, waiting: 0, max_waiting: 10, visitor, last_agent, seed }
}

fn names(route: &Route) -> Vec<&str> {
    match route {
        Route::Assign(choices) => choices.iter().map(|choice| choice.agent.as_str()).collect(),
        _ => Vec::new(),
    }
}

/// The order of `mode` among ann (busy, fast), ben (idle, slow), cid (idle, no times), and dan and eve, who cannot.
fn order(mode: Mode, last_agent: Option<&str>) -> (Vec<String>, String) {
    let candidates = [
        Candidate { chatting: 2, last_assigned: Some(Timestamp(1)), response_ms: Some(100), ..agent("ann") },
        Candidate { last_assigned: Some(Timestamp(3)), response_ms: Some(900), ..agent("ben") },
        Candidate { last_assigned: Some(Timestamp(2)), ..agent("cid") },
        Candidate { ready: false, ..agent("dan") },
        Candidate { chatting: 1, capacity: 1, ..agent("eve") },
    ];
    let (visitor, last) = (uid("v"), last_agent.map(uid));
    let route = route(&question(mode, &visitor, last.as_ref(), 7), &candidates);
    let Route::Assign(choices) = &route else { panic!("{mode:?}: {route:?}") };
    (names(&route).into_iter().map(str::to_owned).collect(), choices[0].reason.clone())
}

#[test]
fn each_mode_has_its_order_and_its_reason() {
    for (mode, last, expected, reason) in [
        (Mode::LeastActive, None, ["cid", "ben", "ann"], "fewest open (0); idle longest"),
        (Mode::RoundRobin, None, ["ann", "cid", "ben"], "next in turn"),
        (Mode::FastestResponse, None, ["cid", "ann", "ben"], "no response times yet"),
        (Mode::Recent, Some("ben"), ["ben", "ann", "cid"], "had this visitor last"),
        (Mode::Recent, Some("dan"), ["ann", "cid", "ben"], "next in turn; the visitor's last agent is not free"),
        (Mode::Recent, None, ["ann", "cid", "ben"], "next in turn; the visitor's last agent is not free"),
    ] {
        assert_eq!(order(mode, last), (expected.map(str::to_owned).to_vec(), reason.to_owned()), "{mode:?} {last:?}");
    }
}

#[test]
fn each_mode_says_why() {
    let ann = Candidate { chatting: 1, weight: 2, response_ms: Some(300), ..agent("ann") };
    let (visitor, last) = (uid("v"), uid("ann"));
    let given =
        |reason: &str| Route::Assign(vec![Choice { agent: uid("ann"), capacity: 10, reason: reason.to_owned() }]);
    let table = [
        (Mode::RoundRobin, given("next in turn")),
        (Mode::LeastActive, given("fewest open (1); idle longest")),
        (Mode::Random, given("drawn at random")),
        (Mode::WeightedRandom, given("drawn at random, with weight 2 and 1 open")),
        (Mode::ConsistentHash, given("the agent for this visitor")),
        (Mode::FastestResponse, given("fastest first response (300 ms)")),
        (Mode::Recent, given("had this visitor last")),
        (Mode::Broadcast, Route::Queue("offered to all agents")),
        (Mode::Manual, Route::Queue("in the pool")),
    ];
    assert_eq!(table.each_ref().map(|(mode, _)| *mode), Mode::ALL);
    for (mode, expected) in table {
        let route = route(&question(mode, &visitor, Some(&last), 7), std::slice::from_ref(&ann));
        assert_eq!(route, expected, "{mode:?}");
    }
}

#[test]
fn who_answers_faster_comes_first() {
    let candidates = [900, 100, 500].map(|time| Candidate { response_ms: Some(time), ..agent(&format!("a{time}")) });
    let visitor = uid("v");
    let route = route(&question(Mode::FastestResponse, &visitor, None, 0), &candidates);
    assert_eq!(names(&route), ["a100", "a500", "a900"]);
    let Route::Assign(choices) = route else { unreachable!("there are names") };
    assert_eq!(choices[0].reason, "fastest first response (100 ms)");
}

#[test]
fn chance_is_the_conversations_and_fair() {
    let candidates = ["ann", "ben", "cid"].map(agent);
    let visitor = uid("v");
    let first = |mode, seed| names(&route(&question(mode, &visitor, None, seed), &candidates))[0].to_owned();
    for mode in [Mode::Random, Mode::WeightedRandom] {
        let mut counts = std::collections::BTreeMap::new();
        for seed in 0..3000 {
            let name = first(mode, seed);
            assert_eq!(name, first(mode, seed), "the same conversation has the same answer");
            *counts.entry(name).or_insert(0) += 1;
        }
        assert!(counts.len() == 3 && counts.values().all(|count| (900..1100).contains(count)), "{mode:?}: {counts:?}");
    }
}

#[test]
fn weights_and_work_shift_the_chance() {
    let visitor = uid("v");
    let wins = |ann: Candidate, ben: Candidate| {
        let candidates = [ann, ben];
        let first =
            |seed| names(&route(&question(Mode::WeightedRandom, &visitor, None, seed), &candidates))[0] == "ann";
        (0..4000).filter(|seed| first(*seed)).count()
    };
    let heavy = wins(Candidate { weight: 3, ..agent("ann") }, agent("ben"));
    assert!((2850..3150).contains(&heavy), "three to one: {heavy}");
    let busy = wins(Candidate { chatting: 3, ..agent("ann") }, agent("ben"));
    assert!((700..900).contains(&busy), "one to four: {busy}");
    assert_eq!(wins(Candidate { weight: 0, ..agent("ann") }, agent("ben")), 0);
}

#[test]
fn a_visitor_keeps_its_agent_when_another_goes() {
    let all = ["ann", "ben", "cid", "dan"].map(agent);
    let mut moved = 0;
    for number in 0..500 {
        let visitor = uid(&format!("v{number}"));
        let first = |candidates: &[Candidate]| {
            names(&route(&question(Mode::ConsistentHash, &visitor, None, number), candidates))[0].to_owned()
        };
        let (before, after) = (first(&all), first(&all[..3]));
        assert_eq!(before, first(&all));
        if before == "dan" {
            moved += 1;
        } else {
            assert_eq!(before, after, "only who had the one who went gets another");
        }
    }
    assert!((90..160).contains(&moved), "about a quarter: {moved}");
}

#[test]
fn who_cannot_be_served_now_waits_or_leaves_a_message() {
    let visitor = uid("v");
    let full = [Candidate { chatting: 1, capacity: 1, ..agent("full") }];
    let away = [Candidate { ready: false, ..agent("away") }];
    let free = [agent("free")];
    for (mode, open, waiting, candidates, expected) in [
        (Mode::LeastActive, true, 0, &full[..], Route::Queue("all agents are busy")),
        (Mode::LeastActive, true, 1, &free[..], Route::Queue("others wait already")),
        (Mode::LeastActive, true, 10, &full[..], Route::LeaveMessage("too many wait already")),
        (Mode::LeastActive, true, 0, &away[..], Route::LeaveMessage("no agent is there")),
        (Mode::LeastActive, true, 0, &[][..], Route::LeaveMessage("no agent is there")),
        (Mode::LeastActive, false, 0, &free[..], Route::LeaveMessage("the service is closed")),
        (Mode::Broadcast, true, 0, &free[..], Route::Queue("offered to all agents")),
        (Mode::Broadcast, true, 0, &away[..], Route::LeaveMessage("no agent is there")),
        (Mode::Manual, true, 0, &free[..], Route::Queue("in the pool")),
        (Mode::Manual, true, 0, &away[..], Route::Queue("in the pool")),
        (Mode::Manual, true, 10, &free[..], Route::LeaveMessage("too many wait already")),
    ] {
        let asked = Question { open, waiting, ..question(mode, &visitor, None, 0) };
        assert_eq!(route(&asked, candidates), expected, "{mode:?}, open: {open}, {waiting} wait");
    }
}

#[test]
fn a_service_overflows_to_where_there_is_room() {
    let assign = || Route::Assign(Vec::new());
    let (queue, leave) = (|| Route::Queue(""), || Route::LeaveMessage(""));
    for (routes, expected) in [
        (vec![queue(), assign()], Some((1, assign()))),
        (vec![assign(), assign()], Some((0, assign()))),
        (vec![leave(), queue(), queue()], Some((1, queue()))),
        (vec![leave(), leave()], Some((0, leave()))),
        (vec![], None),
    ] {
        assert_eq!(first_with_room(routes.clone()), expected, "{routes:?}");
    }
}

proptest! {
    /// Whatever the mode: everybody with room is asked once, and nobody else.
    #[test]
    fn an_order_names_everybody_with_room_once(
        mode in proptest::sample::select(&Mode::ALL[..7]),
        states in proptest::collection::vec((any::<bool>(), 0..3_u32, 0..3_u32, 0..3_u32, any::<Option<u16>>()), 0..8),
        seed: u64,
    ) {
        let candidates: Vec<Candidate> = states.iter().enumerate().map(|(number, (ready, chatting, capacity, weight, at))| {
            Candidate {
                ready: *ready, chatting: *chatting, capacity: *capacity, weight: *weight,
                last_assigned: at.map(|at| Timestamp(at.into())), response_ms: at.map(u64::from),
                ..agent(&format!("a{number}"))
            }
        }).collect();
        let (visitor, last) = (uid("v"), uid("a0"));
        let route = route(&question(mode, &visitor, Some(&last), seed), &candidates);
        let mut asked = names(&route);
        asked.sort_unstable();
        let room = candidates.iter().filter(|c| c.ready && c.chatting < c.capacity).map(|c| c.uid.as_str());
        prop_assert_eq!(asked, room.collect::<Vec<_>>());
    }
}

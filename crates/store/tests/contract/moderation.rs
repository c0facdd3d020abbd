//! Words that are not to be said, and visitors who are not heard.

use deskwire_model::Timestamp;
use deskwire_store::{
    Block, BlockFilter, Entered, HitFilter, NewTabooHits, Store, StoreError, TabooAction, TabooScope, TabooWord, Write,
    Written,
};

use crate::{
    Backend,
    fixtures::{commit_one, create_log, message_uid, uid},
};

async fn open(backend: &impl Backend) -> Store {
    let store = backend.open().await;
    for org in ["acme", "other"] {
        store.create_organisation(&uid(org), org).await.unwrap();
    }
    store
}

/// The word `content` of `org`, which is called as it is written.
fn word(org: &str, content: &str, at: i64) -> TabooWord {
    TabooWord {
        uid: uid(&format!("{org}-{content}")),
        org: uid(org),
        content: content.to_owned(),
        folded: content.to_lowercase(),
        action: TabooAction::Mask,
        whole: false,
        category: String::new(),
        enabled: true,
        created_by: uid("admin"),
        created_at: Timestamp(at),
        updated_at: Timestamp(at),
    }
}

pub(crate) async fn words_are_entered_once_and_up_to_their_number(backend: &impl Backend) {
    let store = open(backend).await;
    let same_form = TabooWord { uid: uid("another"), ..word("acme", "ONE", 2) };
    let words = vec![word("acme", "one", 1), same_form, word("acme", "two", 3), word("acme", "three", 4)];
    let entered = store.enter_taboo_words(words, 2).await.unwrap();
    assert_eq!(entered, [Entered::New, Entered::Known, Entered::New, Entered::Full]);
    assert_eq!(store.enter_taboo_words(vec![word("other", "one", 1)], 2).await.unwrap(), [Entered::New]);
    let contents = async |skip, limit| {
        let words = store.taboo_words(&uid("acme"), skip, limit).await.unwrap();
        words.into_iter().map(|word| word.content).collect::<Vec<_>>()
    };
    assert_eq!(contents(0, 9).await, ["two", "one"], "the newest first");
    assert_eq!(contents(1, 1).await, ["one"]);
    assert_eq!(store.count_taboo_words(&uid("acme")).await.unwrap(), 2);
    let nobodys = store.enter_taboo_words(vec![word("acme", "new", 1), word("nobody", "one", 1)], 9).await;
    assert!(matches!(nobodys, Err(StoreError::Missing)), "{nobodys:?}");
    assert_eq!(store.count_taboo_words(&uid("acme")).await.unwrap(), 2, "all or nothing");
}

pub(crate) async fn a_word_is_changed_within_its_organisation(backend: &impl Backend) {
    let store = open(backend).await;
    store.enter_taboo_words(vec![word("acme", "one", 1), word("acme", "two", 2)], 9).await.unwrap();
    let one = TabooWord {
        content: "uno".to_owned(),
        folded: "uno".to_owned(),
        action: TabooAction::Block,
        whole: true,
        category: "numbers".to_owned(),
        enabled: false,
        updated_at: Timestamp(5),
        ..word("acme", "one", 1)
    };
    store.update_taboo_word(&one).await.unwrap();
    assert_eq!(store.taboo_word(&uid("acme"), &one.uid).await.unwrap(), Some(one.clone()));
    assert_eq!(store.taboo_word(&uid("other"), &one.uid).await.unwrap(), None);
    let foreign = TabooWord { org: uid("other"), ..one.clone() };
    assert!(matches!(store.update_taboo_word(&foreign).await, Err(StoreError::Missing)));
    let taken = TabooWord { folded: "two".to_owned(), ..one.clone() };
    assert!(matches!(store.update_taboo_word(&taken).await, Err(StoreError::Exists)));
    assert!(!store.drop_taboo_word(&uid("other"), &one.uid).await.unwrap());
    assert!(store.drop_taboo_word(&uid("acme"), &one.uid).await.unwrap());
    assert!(!store.drop_taboo_word(&uid("acme"), &one.uid).await.unwrap());
}

pub(crate) async fn the_scope_is_an_organisations_own(backend: &impl Backend) {
    let store = open(backend).await;
    assert_eq!(store.taboo_scope(&uid("acme")).await.unwrap(), TabooScope::default());
    for scope in [TabooScope { agents: true, robots: false }, TabooScope { agents: false, robots: true }] {
        store.save_taboo_scope(&uid("acme"), scope).await.unwrap();
        assert_eq!(store.taboo_scope(&uid("acme")).await.unwrap(), scope);
    }
    assert_eq!(store.taboo_scope(&uid("other")).await.unwrap(), TabooScope::default());
}

/// Notes that `sender` said `words` in the message `name`.
async fn said(store: &Store, log: deskwire_model::LogId, (sender, name): (&str, &str), words: &[&str], kept: u64) {
    let hits = NewTabooHits {
        org: uid("acme"),
        log,
        sender: uid(sender),
        message: message_uid(name),
        text: format!("text of {name}"),
        words: words.iter().map(|word| ((*word).into(), TabooAction::Log)).collect(),
        kept,
    };
    assert_eq!(commit_one(store, Write::TabooHits(Box::new(hits))).await, Written::Noted);
}

async fn seqs(store: &Store, filter: HitFilter) -> Vec<u64> {
    store.taboo_hits(&uid("acme"), &filter, 9).await.unwrap().iter().map(|hit| hit.seq).collect()
}

pub(crate) async fn hits_are_listed_newest_first_and_once_for_a_message(backend: &impl Backend) {
    let store = open(backend).await;
    let log = create_log(&store, "v", 0).await;
    said(&store, log, ("v", "m1"), &["one", "two"], 99).await;
    said(&store, log, ("v", "m1"), &["one", "two"], 99).await;
    said(&store, log, ("w", "m1"), &["one"], 99).await;
    let hits = store.taboo_hits(&uid("acme"), &HitFilter::default(), 9).await.unwrap();
    let seen: Vec<_> = hits.iter().map(|hit| (hit.seq, hit.sender.as_str(), hit.word.as_str())).collect();
    assert_eq!(seen, [(3, "w", "one"), (2, "v", "two"), (1, "v", "one")]);
    let first = &hits[2];
    let topic = first.topic.as_ref().unwrap().as_str();
    assert_eq!((topic, first.message.as_str()), ("org/workgroup/sales/v", "m1"));
    assert_eq!((first.text.as_str(), first.action), ("text of m1", TabooAction::Log));
    assert_eq!(seqs(&store, HitFilter { before: Some(3), ..HitFilter::default() }).await, [2, 1]);
    assert_eq!(seqs(&store, HitFilter { sender: Some(uid("w")), ..HitFilter::default() }).await, [3]);
    assert!(seqs(&store, HitFilter { action: Some(TabooAction::Block), ..HitFilter::default() }).await.is_empty());
    assert!(store.taboo_hits(&uid("other"), &HitFilter::default(), 9).await.unwrap().is_empty());
}

pub(crate) async fn the_oldest_hits_go(backend: &impl Backend) {
    let store = open(backend).await;
    let log = create_log(&store, "v", 0).await;
    for name in ["m1", "m2", "m3"] {
        said(&store, log, ("v", name), &["one", "two"], 4).await;
    }
    assert_eq!(seqs(&store, HitFilter::default()).await, [6, 5, 4, 3], "as many as are kept");
    assert_eq!(store.forget_taboo_hits(Timestamp(0), 9).await.unwrap(), 0, "none is so old");
    let later = Timestamp(i64::MAX);
    assert_eq!(store.forget_taboo_hits(later, 3).await.unwrap(), 3);
    assert_eq!(store.forget_taboo_hits(later, 3).await.unwrap(), 1);
    assert!(seqs(&store, HitFilter::default()).await.is_empty());
}

/// A block of `visitor` from 10 on, made at 10.
fn block(name: &str, visitor: &str, ends_at: i64) -> Block {
    Block {
        uid: uid(name),
        org: uid("acme"),
        visitor: uid(visitor),
        nickname: "V".to_owned(),
        avatar: String::new(),
        address: Some("192.0.2.9".into()),
        reason: "spam".to_owned(),
        topic: String::new(),
        starts_at: Timestamp(10),
        ends_at: Timestamp(ends_at),
        created_by: uid("ann"),
        created_at: Timestamp(10),
        lifted: None,
    }
}

async fn names(store: &Store, filter: BlockFilter) -> Vec<String> {
    let blocks = store.blocks(&uid("acme"), &filter, 0, 9).await.unwrap();
    assert_eq!(store.count_blocks(&uid("acme"), &filter).await.unwrap(), blocks.len() as u64);
    blocks.into_iter().map(|block| block.uid.to_string()).collect()
}

pub(crate) async fn a_block_holds_until_its_end_or_its_lifting(backend: &impl Backend) {
    let store = open(backend).await;
    let (short, long) = (block("short", "v", 20), block("long", "v", Block::NEVER.0));
    assert_eq!(store.enter_block(&short, 2).await.unwrap(), Entered::New);
    assert_eq!(store.enter_block(&short, 2).await.unwrap(), Entered::Known);
    assert_eq!(store.enter_block(&long, 2).await.unwrap(), Entered::New);
    assert_eq!(store.enter_block(&block("more", "w", 99), 2).await.unwrap(), Entered::Full);
    let later = Block { created_at: Timestamp(20), ..block("more", "w", 99) };
    assert_eq!(store.enter_block(&later, 2).await.unwrap(), Entered::New, "what is over does not count");
    assert_eq!(store.block(&uid("acme"), &uid("long")).await.unwrap(), Some(long.clone()));
    assert_eq!(store.block(&uid("other"), &uid("long")).await.unwrap(), None);
    let at = |time| BlockFilter { not_over: Some(Timestamp(time)), visitor: Some(uid("v")), by: None };
    assert_eq!(names(&store, at(19)).await, ["long", "short"]);
    assert_eq!(names(&store, at(20)).await, ["long"]);
    let all = [short.uid, long.uid.clone()];
    let lift = async |org, at| store.lift_blocks(&uid(org), &all, (&uid("boss"), Timestamp(at))).await.unwrap();
    assert_eq!(lift("other", 30).await, 0);
    assert_eq!(lift("acme", 30).await, 1, "what is over is not lifted");
    assert_eq!(lift("acme", 31).await, 0);
    let lifted = store.block(&uid("acme"), &long.uid).await.unwrap().unwrap();
    assert_eq!(lifted.lifted, Some((uid("boss"), Timestamp(30))));
    assert!(names(&store, at(30)).await.is_empty());
    let unknown = Block { org: uid("nobody"), ..block("n", "v", 20) };
    assert!(matches!(store.enter_block(&unknown, 2).await, Err(StoreError::Missing)));
}

pub(crate) async fn blocks_are_listed_and_forgotten(backend: &impl Backend) {
    let store = open(backend).await;
    for (name, visitor, by, ends_at) in [("a", "v", "ann", 20), ("b", "w", "bob", 30), ("c", "v", "bob", i64::MAX)] {
        let block = Block { created_by: uid(by), ..block(name, visitor, ends_at) };
        store.enter_block(&block, 9).await.unwrap();
    }
    assert_eq!(names(&store, BlockFilter::default()).await, ["a", "b", "c"]);
    assert_eq!(names(&store, BlockFilter { by: Some(uid("bob")), ..BlockFilter::default() }).await, ["b", "c"]);
    assert_eq!(store.blocks(&uid("acme"), &BlockFilter::default(), 1, 1).await.unwrap()[0].uid, uid("b"));
    store.lift_blocks(&uid("acme"), &[uid("c")], (&uid("bob"), Timestamp(25))).await.unwrap();
    assert_eq!(store.forget_blocks(Timestamp(20), 9).await.unwrap(), 0);
    assert_eq!(store.forget_blocks(Timestamp(26), 1).await.unwrap(), 1);
    assert_eq!(store.forget_blocks(Timestamp(26), 9).await.unwrap(), 1);
    assert_eq!(names(&store, BlockFilter::default()).await, ["b"]);
}

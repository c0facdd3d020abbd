// The checker finds what it is there for: each rule is broken on purpose, in a history that is right but for one thing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { violations } from './checker.js';
import { History } from './history.js';

const TOPIC = 'org/workgroup/w/v';

const entry = (seq, type, user, fields = {}) => ({ seq, uid: `m${seq}`, type, user: { uid: user }, content: '', ...fields });
const event = (name, from, to, agent, more = {}) => ({
  extra: JSON.stringify({ event: { name, from, to, agent, by: agent, reason: 'x', ...more } }),
});

/** A conversation that Ann takes, passes to Bob, who closes it; an order card in between runs out. */
const LOG = [
  entry(1, 'WELCOME', 'ann', event('ASSIGN', 'NEW', 'CHATTING', 'ann')),
  entry(2, 'TEXT', 'v'),
  entry(3, 'TRANSFER', 'ann', event('TRANSFER', 'CHATTING', 'CHATTING', 'ann', { reason: 'offered' })),
  entry(4, 'TRANSFER_ACCEPT', 'bob', event('TRANSFER', 'CHATTING', 'CHATTING', 'bob')),
  entry(5, 'TEXT', 'v'),
  entry(6, 'ORDER_CARD', 'bob', { content: '{"orderCardId":7}' }),
  entry(7, 'ORDER_CARD_EXPIRE', 'bob', { content: '{"orderCardId":7}' }),
  entry(8, 'TEXT', 'bob'),
  entry(9, 'AGENT_CLOSED', 'bob', event('CLOSE', 'CHATTING', 'CLOSED', 'bob')),
];

/** A run with that log in which all is well, as parts that a test may change before they are put together. */
function parts() {
  const came = (client, session, seqs) => [
    ['begun', { client, session, conversation: TOPIC, after: client === 'page' ? seqs[0] - 1 : undefined }],
    ...seqs.map((seq) => ['received', { client, session, conversation: TOPIC, seq, uid: `m${seq}` }]),
  ];
  return {
    log: structuredClone(LOG),
    happenings: [
      ...[2, 5, 8].map((seq) => ['sent', { client: 'page', conversation: TOPIC, uid: `m${seq}`, via: 'stomp' }]),
      ['acknowledged', { client: 'page', conversation: TOPIC, uid: 'm2', via: 'stomp' }],
      ['acknowledged', { client: 'page', conversation: TOPIC, uid: 'm2', via: 'http', seq: 2 }],
      ...came('page', 'page#1', [1, 2, 3]),
      ...came('page', 'page#2', [4, 5, 6, 7, 8, 9]),
      ...came('annDesk', 'annDesk#1', [1, 2, 3, 4]),
      ...came('bobDesk', 'bobDesk#1', [3, 4, 5, 6]),
      // What it had not acknowledged comes again on a new connection.
      ...came('bobDesk', 'bobDesk#2', [5, 6, 7, 8, 9]),
      ['read', { observer: 'page', session: 'page#1', conversation: TOPIC, user: 'ann', uid: 'm2' }],
      ['read', { observer: 'page', session: 'page#1', conversation: TOPIC, user: 'ann', uid: 'm3' }],
      ['owned', { conversation: TOPIC, fence: 1, owner: 'ann' }],
      ['owned', { conversation: TOPIC, fence: 2, owner: 'bob' }],
      ['loaded', { agent: 'ann', open: 1, capacity: 1 }],
    ],
    complete: ['page', 'annDesk', 'bobDesk'].map((client) => ({ client, conversation: TOPIC })),
  };
}

function judged({ log, happenings, complete }) {
  const history = new History();
  happenings.forEach(([kind, fields]) => history[kind](fields));
  const agents = new Map([['annDesk', 'ann'], ['bobDesk', 'bob']]);
  return violations({ history, logs: new Map([[TOPIC, log]]), complete, agents });
}

test('a run that is right breaks nothing', () => {
  assert.deepEqual(judged(parts()), []);
});

/** The index of the entry that was received as `seq` in a session. */
const at = ({ happenings }, session, seq) =>
  happenings.findIndex(([kind, fields]) => kind === 'received' && fields.session === session && fields.seq === seq);

const swap = (list, one, other) => {
  [list[one], list[other]] = [list[other], list[one]];
};

/** Drops an entry of the log and closes the gap, so that only what is about that entry is wrong. */
const without = (run, seq) => {
  run.log = run.log.filter((row) => row.seq !== seq).map((row, index) => ({ ...row, seq: index + 1 }));
};

/** What is done to the run that is right, and what has to be found. */
const CASES = {
  'an acknowledged message is lost': [(run) => without(run, 2), /^I1: m2 of page, .* not in the log/],
  'an answer names a number that is not the one in the log': [
    (run) => run.happenings.push(['acknowledged', { client: 'p', conversation: TOPIC, uid: 'm5', via: 'http', seq: 6 }]),
    /^I3: m5 .* was told 6 and has 5/,
  ],
  'a repeat is told another number': [
    (run) => run.happenings.push(['acknowledged', { client: 'p', conversation: TOPIC, uid: 'm2', via: 'http', seq: 3 }]),
    /^I3: m2 .* was told 3, before it 2/,
  ],
  'a message is in the log twice': [
    (run) => run.log.push({ ...run.log[1], seq: 10 }),
    /^I3: m2 is in .* as 2 and 10/,
  ],
  'a number is missing in the log': [(run) => run.log.splice(1, 1), /^I2: entry 2 of .* has number 3/],
  'a text that nobody sent': [(run) => run.log.push(entry(10, 'TEXT', 'v')), /^I3: entry 10 .* sent by nobody/],
  'a number means another message to a reader': [
    (run) => (run.happenings[at(run, 'page#2', 5)][1].uid = 'm8'),
    /^I2: page#2 .* received m8 as 5, which is m5/,
  ],
  'a reader sees what the log does not have': [
    (run) => run.happenings.push(['received', { client: 'x', session: 'x#1', conversation: TOPIC, seq: 10, uid: 'm10' }]),
    /^I2: x#1 .* received m10 as 10, which is nothing/,
  ],
  'a reader sees the wrong order': [
    (run) => swap(run.happenings, at(run, 'page#2', 6), at(run, 'page#2', 7)),
    /^I2: page#2 .* received 6 after 7/,
  ],
  'a reader sees something twice on one connection': [
    (run) => run.happenings.splice(at(run, 'annDesk#1', 3), 0, run.happenings[at(run, 'annDesk#1', 2)]),
    /^I2: annDesk#1 .* received 2 after 2/,
  ],
  'a hole within a session': [
    (run) => run.happenings.splice(at(run, 'page#2', 6), 1),
    /^I5: page#2 .* received 7 after 5: it missed 6/,
  ],
  'a hole between a reader who said where it was and the next session': [
    (run) => run.happenings.splice(at(run, 'page#2', 4), 1),
    /^I5: page#2 .* received 5 after 3: it missed 4/,
  ],
  'a repeat for a reader who said where it was': [
    (run) => {
      const again = { client: 'page', session: 'page#2', conversation: TOPIC, seq: 3, uid: 'm3' };
      run.happenings.splice(at(run, 'page#2', 4), 0, ['received', again]);
    },
    /^I5: page#2 .* received 3 again, having 3/,
  ],
  'a hole between two sessions that the server remembers': [
    (run) => run.happenings.splice(at(run, 'bobDesk#2', 5), 3),
    /^I5: bobDesk#2 .* received 8 after 6: it missed 7/,
  ],
  'an agent misses what came while it had the conversation': [
    (run) => run.happenings.splice(at(run, 'annDesk#1', 2), 1),
    /^I5: annDesk#1 .* received 3 after 1: it missed 2/,
  ],
  'a reader does not see the end': [
    (run) => run.happenings.splice(at(run, 'page#2', 9), 1),
    /^I5: page never saw 9/,
  ],
  'a position moves back': [
    (run) => run.happenings.push(['read', { observer: 'page', session: 'page#1', conversation: TOPIC, user: 'ann', uid: 'm2' }]),
    /^I4: page#1: ann .* had read 3 and now 2/,
  ],
  'a position is nowhere': [
    (run) => run.happenings.push(['read', { observer: 'page', session: 'page#1', conversation: TOPIC, user: 'ann', uid: 'no' }]),
    /^I4: .* has read no, which is not in the log/,
  ],
  'two agents were given the same conversation': [
    (run) => run.log.splice(1, 0, entry(2, 'WELCOME', 'bob', event('ASSIGN', 'NEW', 'CHATTING', 'bob'))),
    /^I10: entry 2 .* was decided on NEW, and it was CHATTING/,
  ],
  'somebody offers what another has': [
    (run) => Object.assign(run.log[2], event('TRANSFER', 'CHATTING', 'CHATTING', 'cleo', { reason: 'offered' })),
    /^I10: entry 3 .* thinks that cleo has it, and ann does/,
  ],
  'somebody closes what another has': [
    (run) => Object.assign(run.log[8], event('CLOSE', 'CHATTING', 'CLOSED', 'ann')),
    /^I10: entry 9 .* closed what ann has, and bob does/,
  ],
  'it is closed twice': [
    (run) => run.log.push(entry(10, 'AUTO_CLOSED', 'bob', event('CLOSE', 'CHATTING', 'CLOSED', 'bob'))),
    /^I10: entry 10 .* was decided on CHATTING, and it was CLOSED/,
  ],
  'a fence falls': [
    (run) => run.happenings.push(['owned', { conversation: TOPIC, fence: 1, owner: 'ann' }]),
    /^I10: the fence .* was 2 and is 1/,
  ],
  'a fence has two owners': [
    (run) => run.happenings.push(['owned', { conversation: TOPIC, fence: 2, owner: 'ann' }]),
    /^I10: under the fence 2 .* belongs to bob and to ann/,
  ],
  'somebody has too many': [
    (run) => run.happenings.push(['loaded', { agent: 'ann', open: 2, capacity: 1 }]),
    /^I10: ann has 2 conversations and takes 1/,
  ],
  'an offer is answered by two': [
    (run) => run.log.splice(4, 0, entry(5, 'TRANSFER_TIMEOUT', 'bob')),
    /^timers: entry 5 .* answers an offer that is answered/,
  ],
  'an offer is forgotten': [
    (run) => run.log.push(
      entry(10, 'WELCOME', 'ann', event('ASSIGN', 'CLOSED', 'CHATTING', 'ann')),
      entry(11, 'TRANSFER', 'ann', event('TRANSFER', 'CHATTING', 'CHATTING', 'ann', { reason: 'offered' })),
    ),
    /^timers: the offer 11 .* was never answered/,
  ],
  'a timer fires twice': [
    (run) => run.log.push(entry(10, 'ORDER_CARD_EXPIRE', 'bob', { content: '{"orderCardId":7}' })),
    /^timers: the order card 7 .* expired 2 times/,
  ],
  'a timer is forgotten': [(run) => without(run, 7), /^timers: the order card 7 .* expired 0 times/],
};

for (const [name, [spoil, finding]] of Object.entries(CASES)) {
  test(name, () => {
    const run = parts();
    spoil(run);
    const found = judged(run);
    assert.ok(found.some((text) => finding.test(text)), `found only: ${found.join('; ') || 'nothing'}`);
  });
}

// Decides whether a run kept the promises: over what clients did and saw, and over the logs that are there in the end.
//
// Each rule is a plain function that returns what broke it, as sentences; none of them stops at the first.

import { agentRules, ownersOf } from './ownership.js';

/**
 * What is judged.
 *
 * @typedef {object} Run
 * @property {import('./history.js').History} history
 * @property {Map<string, Entry[]>} logs the entries of each conversation, as the server gives them in the end
 * @property {{client: string, conversation: string}[]} [complete] readers who must have seen their conversation to its end
 * @property {Map<string, string>} [agents] which agent's device a reader is: `client → agent`. It may miss what was said
 *   while somebody else had the conversation
 *
 * @typedef {{seq: number, uid: string, type: string, content?: string, extra?: string, user: {uid: string}}} Entry
 */

/** Groups happenings by what `key` makes of them, in their order. */
function grouped(happenings, key) {
  const groups = new Map();
  for (const happening of happenings) {
    const name = key(happening);
    groups.set(name, [...(groups.get(name) ?? []), happening]);
  }
  return groups;
}

/** I1 and I3: what was acknowledged is in the log, once, under the one number that all answers gave. */
export function acknowledgedIsKept({ history, logs }) {
  const broken = [];
  const numbers = new Map();
  for (const { conversation, uid, seq, via, client } of history.of('acknowledged')) {
    const found = (logs.get(conversation) ?? []).filter((entry) => entry.uid === uid);
    const what = `${uid} of ${client}, acknowledged over ${via} in ${conversation},`;
    if (found.length === 0) {
      broken.push(`I1: ${what} is not in the log`);
    } else if (found.length > 1) {
      broken.push(`I3: ${what} is in the log ${found.length} times: ${found.map((entry) => entry.seq)}`);
    } else if (seq !== undefined && found[0].seq !== seq) {
      broken.push(`I3: ${what} was told ${seq} and has ${found[0].seq}`);
    }
    if (seq !== undefined) {
      const name = `${conversation} ${uid}`;
      if (numbers.has(name) && numbers.get(name) !== seq) {
        broken.push(`I3: ${what} was told ${seq}, before it ${numbers.get(name)}`);
      }
      numbers.set(name, seq);
    }
  }
  return broken;
}

/** I2, I3: the numbers of each log are 1 to n, and none of its messages is there twice. */
export function logsAreWhole({ logs }) {
  const broken = [];
  for (const [conversation, entries] of logs) {
    entries.forEach(({ seq }, index) => {
      if (seq !== index + 1) {
        broken.push(`I2: entry ${index + 1} of ${conversation} has number ${seq}`);
      }
    });
    const seen = new Map();
    for (const { seq, uid, user } of entries) {
      const name = `${user?.uid} ${uid}`;
      if (seen.has(name)) {
        broken.push(`I3: ${uid} is in ${conversation} as ${seen.get(name)} and ${seq}`);
      }
      seen.set(name, seq);
    }
  }
  return broken;
}

/** Nothing is in a log that nobody sent: of the types that people send. */
export function nothingIsInvented({ history, logs }) {
  const sent = new Set(history.of('sent').map(({ conversation, uid }) => `${conversation} ${uid}`));
  return [...logs].flatMap(([conversation, entries]) =>
    entries
      .filter(({ type, uid }) => type === 'TEXT' && !sent.has(`${conversation} ${uid}`))
      .map(({ seq, uid }) => `I3: entry ${seq} of ${conversation} (${uid}) was sent by nobody`),
  );
}

/** I2: what a reader received has the number that the log gives it, and within one session numbers only rise. */
export function readersSeeTheLog({ history, logs }) {
  const broken = [];
  for (const [session, items] of grouped(history.of('received'), (item) => `${item.session} ${item.conversation}`)) {
    let last = 0;
    for (const { seq, uid, conversation } of items) {
      const entry = logs.get(conversation)?.[seq - 1];
      if (entry?.uid !== uid) {
        broken.push(`I2: ${session} received ${uid} as ${seq}, which is ${entry?.uid ?? 'nothing'} in the log`);
      }
      if (seq <= last) {
        broken.push(`I2: ${session} received ${seq} after ${last}`);
      }
      last = Math.max(last, seq);
    }
  }
  return broken;
}

/** I5: a reader sees no hole, within a session and from one to the next, and in the end everything. */
export function readersSeeAll(run) {
  const { history, logs, complete = [], agents = new Map() } = run;
  const broken = [];
  const reached = new Map();
  const excused = (client, conversation, from, to) => {
    const agent = agents.get(client);
    const serves = agent && run.served(conversation, agent);
    const missed = Array.from({ length: Math.max(0, to - from - 1) }, (_, index) => from + 1 + index);
    return missed.filter((seq) => !serves || serves(seq));
  };
  const positions = new Map();
  for (const { kind, client, session, conversation, after, seq } of history.happenings) {
    const reader = `${client} ${conversation}`;
    if (kind === 'begun') {
      // Whoever does not say where it begins is known to the server, and begins at the latest behind what it has.
      positions.set(`${session} ${conversation}`, { expected: after ?? reached.get(reader), exact: after !== undefined });
    } else if (kind === 'received') {
      const name = `${session} ${conversation}`;
      const position = positions.get(name) ?? { expected: reached.get(reader), exact: false };
      if (position.expected !== undefined) {
        const missed = excused(client, conversation, position.expected, seq);
        if (missed.length > 0) {
          broken.push(`I5: ${name} received ${seq} after ${position.expected}: it missed ${missed}`);
        }
        if (position.exact && seq <= position.expected) {
          broken.push(`I5: ${name} received ${seq} again, having ${position.expected}`);
        }
      }
      positions.set(name, { expected: seq, exact: true });
      reached.set(reader, Math.max(seq, reached.get(reader) ?? 0));
    }
  }
  for (const { client, conversation } of complete) {
    const end = logs.get(conversation)?.length ?? 0;
    const missed = excused(client, conversation, reached.get(`${client} ${conversation}`) ?? 0, end + 1);
    if (missed.length > 0) {
      broken.push(`I5: ${client} never saw ${missed} of ${conversation}`);
    }
  }
  return broken;
}

/** I4: what a session is told of how far somebody has read only moves forward. */
export function positionsMoveForward({ history, logs }) {
  const broken = [];
  const positions = new Map();
  for (const { session, conversation, user, uid } of history.of('read')) {
    const seq = (logs.get(conversation) ?? []).find((entry) => entry.uid === uid)?.seq;
    const name = `${session}: ${user} in ${conversation}`;
    if (seq === undefined) {
      broken.push(`I4: ${name} has read ${uid}, which is not in the log`);
    } else if (seq < (positions.get(name) ?? 0)) {
      broken.push(`I4: ${name} had read ${positions.get(name)} and now ${seq}`);
    }
    positions.set(name, Math.max(seq ?? 0, positions.get(name) ?? 0));
  }
  return broken;
}

/**
 * Everything that a run broke; an empty list is what a test asserts.
 *
 * @param {Run} run
 * @returns {string[]}
 */
export function violations(run) {
  const rules = [
    acknowledgedIsKept,
    logsAreWhole,
    nothingIsInvented,
    readersSeeTheLog,
    readersSeeAll,
    positionsMoveForward,
    ...agentRules,
  ];
  return rules.flatMap((rule) => rule(withServed(run)));
}

/** The run with `served(conversation, agent)`: a function that tells of a seq whether the agent had to hear it. */
export function withServed(run) {
  const known = new Map();
  const served = (conversation, agent) => {
    const name = `${conversation} ${agent}`;
    if (!known.has(name)) {
      const owners = ownersOf(run.logs.get(conversation) ?? []);
      known.set(name, (seq) => owners[seq - 1] === agent && owners[seq] === agent);
    }
    return known.get(name);
  };
  return { ...run, served };
}

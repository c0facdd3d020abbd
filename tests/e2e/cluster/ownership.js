// I10 and timers: who has a conversation, under which number, how many an agent has, and that what is due happens once.

/** What an entry did to its conversation: its name, from which status to which, and who has it now. */
export function eventOf({ extra }) {
  return extra ? JSON.parse(extra).event : undefined;
}

/** Who has the conversation behind each entry; the first is who has it before there is one. Nobody has a closed one. */
export function ownersOf(entries) {
  const owners = [undefined];
  for (const entry of entries) {
    const event = eventOf(entry);
    owners.push(event ? (event.to === 'CHATTING' ? event.agent : undefined) : owners.at(-1));
  }
  return owners;
}

/** Whether two entries side by side may tell of one decision, as SYSTEM and WELCOME, or TRANSFER and QUEUE, do. */
function sameDecision(before, entry) {
  const [one, other] = [before && eventOf(before), eventOf(entry)];
  const alike = one && ['from', 'to', 'agent'].every((field) => one[field] === other[field]);
  return alike && before.type !== entry.type && other.name !== 'CLOSE';
}

/** I10: each decision was made on what the one before it had left: two that did not know of each other are both in the log. */
export function decisionsFollow({ logs }) {
  const broken = [];
  for (const [conversation, entries] of logs) {
    let [status, owner, before] = ['NEW', undefined, undefined];
    for (const entry of entries) {
      const event = eventOf(entry);
      if (event && !sameDecision(before, entry)) {
        const what = `entry ${entry.seq} of ${conversation} (${event.name} by ${event.by})`;
        if (event.from !== status) {
          broken.push(`I10: ${what} was decided on ${event.from}, and it was ${status}`);
        }
        if (event.reason === 'offered' && event.agent !== owner) {
          broken.push(`I10: ${what} thinks that ${event.agent} has it, and ${owner} does`);
        }
        if (event.name === 'CLOSE' && owner !== undefined && event.agent !== owner) {
          broken.push(`I10: ${what} closed what ${event.agent} has, and ${owner} does`);
        }
      }
      if (event) {
        status = event.to;
        owner = status === 'CLOSED' ? undefined : event.agent;
      }
      before = entry;
    }
  }
  return broken;
}

/** I10: the number of a conversation never falls, and under one number there is one owner. */
export function fencesRise({ history }) {
  const broken = [];
  const known = new Map();
  for (const { conversation, fence, owner } of history.of('owned')) {
    const last = known.get(conversation);
    if (last && fence < last.fence) {
      broken.push(`I10: the fence of ${conversation} was ${last.fence} and is ${fence}`);
    }
    if (last && fence === last.fence && (owner ?? null) !== (last.owner ?? null)) {
      broken.push(`I10: under the fence ${fence} ${conversation} belongs to ${last.owner} and to ${owner}`);
    }
    known.set(conversation, { fence, owner });
  }
  return broken;
}

/** I10: nobody has more conversations than it can take. */
export function capacityIsKept({ history }) {
  return history
    .of('loaded')
    .filter(({ open, capacity }) => open > capacity)
    .map(({ agent, open, capacity }) => `I10: ${agent} has ${open} conversations and takes ${capacity}`);
}

/** The types that answer an offer to transfer. */
const ANSWERS = ['TRANSFER_ACCEPT', 'TRANSFER_REJECT', 'TRANSFER_CANCEL', 'TRANSFER_TIMEOUT'];

/** Each offer is answered, by a person or by its timer, and by one of them; what ends the conversation ends it too. */
export function offersAreAnsweredOnce({ logs }) {
  const broken = [];
  for (const [conversation, entries] of logs) {
    let standing;
    for (const entry of entries) {
      const event = eventOf(entry);
      if (entry.type === 'TRANSFER' && event?.reason === 'offered') {
        standing = entry.seq;
      } else if (ANSWERS.includes(entry.type)) {
        if (standing === undefined) {
          broken.push(`timers: entry ${entry.seq} of ${conversation} (${entry.type}) answers an offer that is answered`);
        }
        standing = undefined;
      } else if (event && event.from !== event.to) {
        standing = undefined;
      }
    }
    if (standing !== undefined) {
      broken.push(`timers: the offer ${standing} of ${conversation} was never answered`);
    }
  }
  return broken;
}

/** The timer of each order card fires once. */
export function cardsExpireOnce({ logs }) {
  const broken = [];
  for (const [conversation, entries] of logs) {
    const ids = (type) =>
      entries.filter((entry) => entry.type === type).map(({ content }) => JSON.parse(content).orderCardId);
    const expired = ids('ORDER_CARD_EXPIRE');
    for (const card of ids('ORDER_CARD')) {
      const times = expired.filter((id) => id === card).length;
      if (times !== 1) {
        broken.push(`timers: the order card ${card} of ${conversation} expired ${times} times`);
      }
    }
  }
  return broken;
}

/** What timers have not done, or too often. */
export const timersFired = (run) => [...offersAreAnsweredOnce(run), ...cardsExpireOnce(run)];

/** All of them. */
export const agentRules = [decisionsFollow, fencesRise, capacityIsKept, timersFired];

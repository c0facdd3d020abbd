// @vitest-environment happy-dom
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { speak } from '../src/texts/words.js';
import { merge } from '../src/thread/merge.js';
import { rowsOf } from '../src/thread/rows.js';
import { moved, partOf, SHOWN } from '../src/thread/window.js';
import { agent, message } from './messages.js';

beforeAll(() => speak('en'));

const note = (at: number) => message({ topic: 'org/workgroup/g/v1_internal', at, sender: agent });

describe('rowsOf', () => {
  it('has a day, and runs of one writer', () => {
    const rows = rowsOf([message(), message(), message({ sender: agent, mine: true })], null);
    expect(rows.map((row) => (row.kind === 'message' ? [row.first, row.last] : row.kind))).toEqual([
      'day',
      [true, false],
      [false, true],
      [true, true],
    ]);
  });

  it('divides once before what is new, never before our own', () => {
    const old = message();
    const own = message({ mine: true, sender: agent });
    const [first, second] = [message(), message()];
    const rows = rowsOf([old, own, first, second], old.seq);
    expect(rows.map(({ kind }) => kind)).toEqual(['day', 'message', 'message', 'new', 'message', 'message']);
  });

  it('does not run a note and a reply of one agent together', () => {
    const said = message({ sender: agent });
    const rows = rowsOf([said, note(said.at + 1)], null);
    expect(rows.slice(1).map((row) => row.kind === 'message' && row.first && row.last)).toEqual([true, true]);
  });

  it('tells events in our words and leaves out what nobody needs', () => {
    const event = (name: string, text = '') =>
      message({ content: { type: 'event', event: name, text, data: {} } });
    const rows = rowsOf([event('TRANSFER_ACCEPT'), event('CONTINUE', 'x'), event('SYSTEM', 'words')], null);
    expect(rows.map(({ kind }) => kind)).toEqual(['day', 'line', 'line']);
  });

  it('shows what was recalled as a line', () => {
    expect(rowsOf([message({ recalled: true })], null).at(-1)?.kind).toBe('line');
  });
});

describe('merge', () => {
  it('puts notes among what was said, by time', () => {
    const [one, two] = [message({ at: 10 }), message({ at: 30 })];
    const notes = [note(5), note(20), note(40)];
    const ats = (atStart: boolean) => merge({ messages: [one, two], atStart }, notes).map(({ at }) => at);
    expect(ats(true)).toEqual([5, 10, 20, 30, 40]);
    expect(ats(false)).toEqual([10, 20, 30, 40]);
  });

  it('is the same list where there are no notes', () => {
    const messages = [message()];
    expect(merge({ messages, atStart: true }, [])).toBe(messages);
  });

  it('keeps everything in order', () => {
    const times = fc.array(fc.nat(1000)).map((all) => all.sort((one, other) => one - other));
    fc.assert(
      fc.property(times, times, (said, noted) => {
        const merged = merge(
          { messages: said.map((at) => message({ at })), atStart: true },
          noted.map((at) => note(at)),
        ).map(({ at }) => at);
        expect(merged).toEqual([...said, ...noted].sort((one, other) => one - other));
      }),
    );
  });
});

describe('the part that is drawn', () => {
  it('is bounded, in range, and reaches both ends', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.array(fc.constantFrom(1 as const, -1 as const)), (count, moves) => {
        const behind = moves.reduce((now, direction) => moved(count, now, direction), 0);
        const { from, to } = partOf(count, behind);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(count);
        expect(to - from).toBe(Math.min(count, SHOWN));
      }),
    );
    const top = Array.from({ length: 50 }).reduce<number>((now) => moved(5000, now, 1), 0);
    expect(partOf(5000, top).from).toBe(0);
    expect(partOf(5000, 0).to).toBe(5000);
  });
});

// Robots that speak while they think, on a clock that the test moves.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireMessage } from '../src/wire/message.js';
import { fromAgent, TOPIC, visitor } from './world.js';

const said = (type: string, content: object, offsets: object = {}): WireMessage => ({
  uid: 'answer',
  type,
  content: JSON.stringify(content),
  extra: JSON.stringify({ stream: offsets }),
  thread: { topic: TOPIC },
  user: { uid: 'robot', nickname: 'Robo', type: 'ROBOT' },
});
const piece = (answer: string, answerOffset: number) => said('ROBOT_STREAM', { answer }, { answerOffset });
const entry = (answer: string) => said('ROBOT', { answer, sources: [{ title: 'Hours' }] });

/** A conversation, what to relay into it, and what of the robot is shown. */
async function scene() {
  const { world, conversation } = await visitor();
  const hear = async (...messages: WireMessage[]) => {
    messages.forEach((message) => world.server.relay(message));
    await world.clock.advance(100);
    return shown();
  };
  const shown = () =>
    conversation.view.messages.flatMap(({ id, seq, content }) =>
      content.type === 'robot' ? [{ id, seq, text: content.text, streaming: content.streaming }] : [],
    );
  return { world, conversation, hear, shown };
}

describe('what a robot says in pieces', () => {
  it('grows one message, whose place the entry takes', async () => {
    const { world, conversation, hear, shown } = await scene();
    world.server.accept(fromAgent('question'));
    const growing = { id: 'answer', seq: null, streaming: true };
    expect(await hear(said('ROBOT_STREAM_START', {}))).toEqual([{ ...growing, text: '' }]);
    expect(await hear(piece('We are ', 0))).toEqual([{ ...growing, text: 'We are ' }]);
    conversation.sendText('hurry');
    expect(await hear(piece('open', 7))).toEqual([{ ...growing, text: 'We are open' }]);
    expect(conversation.view.messages.at(-1)?.id).toBe('answer'); // behind what is in the log
    const { content: before } = conversation.view.messages[0] ?? {};
    world.server.accept(entry('We are open.'));
    await hear(said('ROBOT_STREAM_END', {}));
    expect(shown()).toEqual([{ id: 'answer', seq: 3, text: 'We are open.', streaming: false }]);
    expect(conversation.view.messages.at(-1)?.content).toMatchObject({ sources: [{ title: 'Hours' }] });
    expect(conversation.view.messages[0]?.content).toBe(before);
  });

  it('is nothing when it is called off', async () => {
    const { hear } = await scene();
    await hear(said('ROBOT_STREAM_START', {}), piece('I must not', 0));
    expect(await hear(said('ROBOT_STREAM_CANCEL', {}))).toEqual([]);
  });

  it('begins anew where the server says so, as after a cut', async () => {
    const { world, hear, shown } = await scene();
    await hear(said('ROBOT_STREAM_START', {}), piece('old', 0));
    world.server.cut();
    await world.clock.advance(1_000);
    expect(shown()).toEqual([]);
    await hear(said('ROBOT_STREAM_START', {}), piece('all so far', 0));
    expect(shown()).toMatchObject([{ text: 'all so far' }]);
  });

  it('tells how it was thought of, and that it was cut off', async () => {
    const { world, conversation, hear } = await scene();
    await hear(
      said('ROBOT_STREAM', { reasonContent: 'hm' }, { reasonOffset: 0 }),
      said('ROBOT_STREAM', { reasonContent: 'm' }, { reasonOffset: 2 }),
    );
    expect(conversation.view.messages[0]?.content).toMatchObject({ text: '', reasoning: 'hmm' });
    world.server.accept(said('ROBOT', { answer: 'We', interrupted: true }));
    await world.clock.advance(100);
    expect(conversation.view.messages[0]?.content).toMatchObject({ text: 'We', interrupted: true });
  });

  it('is a beginning of the whole at every moment, whatever is lost or doubled', async () => {
    const whole = 'We are open from nine to six, and on Saturdays till noon 👍';
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: whole.length - 1 }), { maxLength: 8 });
    const fates = fc.array(fc.constantFrom(0, 1, 1, 2), { minLength: 9, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(cuts, fates, async (positions, times) => {
        const { world, hear, shown } = await scene();
        await hear(said('ROBOT_STREAM_START', {}));
        const starts = [0, ...positions.sort((one, other) => one - other)];
        for (const [index, start] of starts.entries()) {
          const text = whole.slice(start, starts[index + 1]);
          await hear(...Array.from({ length: times[index] ?? 1 }, () => piece(text, start)));
          expect(whole.startsWith(shown()[0]?.text ?? 'nothing')).toBe(true);
        }
        world.server.accept(entry(whole));
        await hear(said('ROBOT_STREAM_END', {}));
        expect(shown()).toMatchObject([{ text: whole, streaming: false }]);
      }),
      { seed: 6, numRuns: 60 },
    );
  });
});

// What changes a message after it was said, as everybody sees it: whoever was there, and who comes later.

import { describe, expect, it } from 'vitest';
import type { ChatMessage, ConversationView } from '../../src/types.js';
import { binary } from './harness.js';
import { Scene, until } from './people.js';

const scene = new Scene();

/** As much of the messages as everybody sees in the same way. */
const seen = ({ messages }: ConversationView) =>
  messages
    .filter(({ content }) => content.type === 'text' || content.type === 'quote')
    .map(({ content, recalled, edited, reactions }) => ({
      content,
      recalled,
      edited,
      reactions: reactions.map(({ emoji, by }) => ({ emoji, by })),
    }));

describe.skipIf(binary === undefined)('messages that change', () => {
  it('are the same for all', async () => {
    const agent = await scene.agent();
    const { client, conversation } = await scene.visitor();
    const theirs = agent.conversation(conversation.topic);
    await theirs.join();
    const say = async (text: string) => (await conversation.sendText(text).done).id;
    const [typo, slip, liked] = [await say('tpyo'), await say('a slip'), await say('thank you')];
    const wait = (wanted: (messages: readonly ChatMessage[]) => boolean) =>
      Promise.all([conversation, theirs].map((one) => until(one, ({ messages }) => wanted(messages))));
    const find = (messages: readonly ChatMessage[], id: string) => messages.find((one) => one.id === id);

    await theirs.react(liked, '👍');
    await theirs.react(liked, '🎉');
    await wait((messages) => find(messages, liked)?.reactions.length === 2);
    expect(find(theirs.view.messages, liked)?.reactions.map(({ mine }) => mine)).toEqual([true, true]);
    await theirs.react(liked, '🎉'); // again: taken back
    await conversation.react(liked, '👍');
    const quote = theirs.send({
      type: 'quote',
      text: 'waht?',
      quoted: { id: typo, sender: 'whatever', text: 'the server knows better' },
    });
    const quoted = { id: typo, sender: 'Ann', text: 'tpyo' };
    await quote.done;
    await conversation.edit(typo, 'typo');
    await theirs.edit(quote.id, 'what?');
    await conversation.recall(slip);
    await wait(
      (messages) =>
        find(messages, slip)?.recalled === true &&
        find(messages, quote.id)?.edited === true &&
        find(messages, liked)?.reactions[0]?.by.length === 2,
    );

    expect(find(conversation.view.messages, typo)).toMatchObject({ edited: true, content: { text: 'typo' } });
    expect(find(conversation.view.messages, quote.id)?.content).toMatchObject({
      type: 'quote',
      text: 'what?',
      quoted,
    });
    expect(find(conversation.view.messages, slip)?.content).toEqual({ type: 'text', text: '' });
    expect(seen(theirs.view)).toEqual(seen(conversation.view));

    // Who comes later finds them changed already, and sees the same.
    const again = scene.client({ getToken: () => client.token() });
    const later = again.conversation(conversation.topic);
    await later.join();
    expect(seen(later.view)).toEqual(seen(conversation.view));
  });
});

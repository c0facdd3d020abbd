import type { ConnectionState } from '@deskwire/sdk';
import { describe, expect, it } from 'vitest';
import { ConnectionStory } from '../src/desk/connection-line.js';
import { readChoices } from '../src/desk/preferences.js';

const state = (status: ConnectionState['status'], more: Partial<ConnectionState> = {}): ConnectionState => ({
  status,
  reason: null,
  attempt: 0,
  retryInMs: null,
  carrier: null,
  ...more,
});

describe('the connection line', () => {
  it('says nothing for three seconds, counts down, and tells when it is over', () => {
    const story = new ConnectionStory(state('connected'), 0);
    story.changed(state('disconnected', { attempt: 1, retryInMs: 10_000 }), 1000);
    expect(story.say(true, 3999)).toBeNull();
    expect(story.say(true, 4000)).toEqual({ kind: 'retrying', attempt: 1, seconds: 7 });
    expect(story.say(false, 5000)).toEqual({ kind: 'offline' });
    story.changed(state('connecting'), 11_000);
    expect(story.say(true, 11_000)).toEqual({ kind: 'connecting' });
    story.changed(state('connected'), 12_000);
    expect(story.say(true, 13_999)).toEqual({ kind: 'restored' });
    expect(story.say(true, 14_000)).toBeNull();
  });

  it('does not tell the end of what nobody saw', () => {
    const story = new ConnectionStory(state('connected'), 0);
    story.changed(state('disconnected', { retryInMs: 100 }), 0);
    expect(story.say(true, 500)).toBeNull();
    story.changed(state('connected'), 600);
    expect(story.say(true, 601)).toBeNull();
  });

  it('says at once when somebody has to sign in', () => {
    const story = new ConnectionStory(state('connected'), 0);
    story.changed(state('disconnected'), 0);
    expect(story.say(true, 0)).toEqual({ kind: 'signed-out' });
  });
});

describe('preferences', () => {
  it.each([null, '', '{', 'null', '[]', '{"theme":"pink","language":"fr","promiseSeconds":"x","keys":1}'])(
    'are as in the beginning for %s',
    (kept) => {
      expect(readChoices(kept, ['zh-TW'])).toMatchObject({
        theme: 'auto',
        language: 'zh-CN',
        keys: true,
        promiseSeconds: 120,
      });
    },
  );

  it('are what was kept, within bounds', () => {
    const kept = '{"theme":"dark","language":"zh-CN","promiseSeconds":1,"sound":true,"order":"newest"}';
    expect(readChoices(kept, ['en'])).toMatchObject({
      theme: 'dark',
      language: 'zh-CN',
      promiseSeconds: 10,
      sound: true,
      order: 'newest',
    });
  });
});

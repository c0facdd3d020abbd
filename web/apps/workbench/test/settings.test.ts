import { describe, expect, it } from 'vitest';
import { reactive } from 'vue';
import { keywordsIn } from '../src/auto-reply/auto-reply.js';
import { changesOf, draftOf, type Settings } from '../src/admin/settings/settings.js';
import { cardOf, draftOf as replyOf, formOf } from '../src/canned/canned.js';
import { fits } from '../src/supervise/review.js';

const kept: Settings = {
  routing: 'LEAST_ACTIVE',
  overflow: null,
  maxWaiting: 10,
  maxWaitS: 60,
  averageWaitS: 60,
  remindMin: 5,
  autoCloseMin: 25,
  transferTimeoutS: 30,
  inviteTimeoutS: 300,
  maxHelpers: 3,
  preview: false,
  edit: true,
  hours: { shifts: [{ days: [1], from: '09:00:00', to: '18:00:00' }], holidays: [], extraDays: [] },
  welcome: null,
  agentJoined: null,
  queue: 'Please wait',
  leaveMessage: null,
  resume: null,
  agentClosed: null,
  autoClosed: null,
  autoReply: { enabled: false, type: 'FIXED', content: '', rules: [], outsideHours: false, pauseS: 60 },
  rateOnClose: false,
  rateInvite: null,
  rateMinMessages: 3,
  rateChangeMin: 1440,
};

describe('settings', () => {
  it('are copied for the form, and times lose their seconds', () => {
    const draft = draftOf(kept);
    draft.hours.shifts.push({ days: [2], from: '10:00', to: '11:00' });
    expect(draft.hours.shifts[0]).toEqual({ days: [1], from: '09:00', to: '18:00' });
    expect(kept.hours.shifts).toHaveLength(1);
  });

  it('write what has changed alone; words of blanks are none', () => {
    const draft = reactive(draftOf(kept));
    expect(changesOf(kept, draft)).toEqual({});
    Object.assign(draft, { maxWaiting: 11, queue: '  ', welcome: ' Hello ', resume: '' });
    expect(changesOf(kept, draft)).toEqual({ maxWaiting: 11, queue: null, welcome: 'Hello' });
  });
});

describe('keywords', () => {
  it.each([
    ['refund, money back', ['refund', 'money back']],
    ['退款，退货、换货；退款', ['退款', '退货', '换货']],
    [' , ', []],
  ])('%s', (written, keywords) => expect(keywordsIn(written)).toEqual(keywords));
});

describe('a canned reply', () => {
  const form = {
    ...formOf(),
    shortcut: 'pot',
    title: 'Teapot',
    text: 'Jade green',
    price: '$38',
    url: 'https://shop.example/pot',
  };

  it('is kept as what its kind sends', () => {
    expect(replyOf({ ...form, kind: 'text' }).content).toEqual({ type: 'text', text: 'Jade green' });
    expect(replyOf({ ...form, kind: 'product' }).content).toEqual({
      type: 'product',
      id: 'pot',
      title: 'Teapot',
      price: '$38',
      url: 'https://shop.example/pot',
      description: 'Jade green',
      tags: [],
    });
    expect(replyOf({ ...form, kind: 'article' }).content).toEqual({
      type: 'article',
      title: 'Teapot',
      url: 'https://shop.example/pot',
      summary: 'Jade green',
    });
  });

  it('says whose it is when it is new, and its name when it changes', () => {
    expect(replyOf({ ...form, scope: 'WORKGROUP', workgroup: 'g' })).toMatchObject({
      scope: 'WORKGROUP',
      workgroup: 'g',
    });
    const changed = replyOf(form, 'r1');
    expect(changed.uid).toBe('r1');
    expect(changed).not.toHaveProperty('scope');
  });

  it('comes back into its form, and is a card unless it is a text', () => {
    const reply = {
      uid: 'r',
      shortcut: 'pot',
      title: 'Teapot',
      text: '',
      scope: 'AGENT',
      owner: 'a',
    } as const;
    const card = { ...reply, content: replyOf({ ...form, kind: 'product' }).content as never };
    expect(formOf(card)).toMatchObject({ kind: 'product', price: '$38', text: 'Jade green' });
    expect(cardOf(card)).toMatchObject({ type: 'product' });
    expect(cardOf({ ...reply, content: { type: 'text', text: 'hi' } })).toBe(null);
  });
});

describe('the filter of reviews', () => {
  it.each([
    ['all', 3, '', true],
    ['low', 2, '', true],
    ['low', 3, '', false],
    ['middle', 3, '', true],
    ['high', 4, '', true],
    ['high', 3, '', false],
    ['comment', 5, '', false],
    ['comment', 5, 'fine', true],
  ] as const)('%s, %i stars, "%s": %s', (filter, score, text, expected) => {
    expect(fits(filter, { score, text })).toBe(expected);
  });
});

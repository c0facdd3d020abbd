import { afterEach, describe, expect, it, vi } from 'vitest';
import { serviceOf } from '../src/visit/service-of.js';
import { introductionOf } from '../src/visit/identity.js';
import { addressOf, fetchChannel, optionsOf, settingsFrom, withOptions } from '../src/visit/settings.js';

afterEach(() => vi.unstubAllGlobals());

describe('settings', () => {
  const services = [{ kind: 'workgroup', id: 'sales', name: 'Sales' } as const];

  it('prefers what page and address ask for', () => {
    const known = { title: 'Shop', brand: '#111111', services, greeting: 'Hello' };
    const settings = settingsFrom(known, { title: 'Mine', agent: 'ann' });
    expect(settings).toMatchObject({
      title: 'Mine',
      brand: '#111111',
      greeting: 'Hello',
      services: [{ kind: 'agent', id: 'ann' }],
    });
  });

  it('always has somebody to ask', () => {
    expect(settingsFrom({ services: [] }, {}).services).toHaveLength(1);
    expect(settingsFrom({ services }, {}).services).toEqual(services);
  });

  it('reads an address and writes the same', () => {
    const address = '/chat/?channel=shop&workgroup=sales&title=%E7%8E%89&lang=zh-CN&theme=dark';
    const options = optionsOf(new URLSearchParams(address.split('?')[1]));
    expect(options).toEqual({
      channel: 'shop',
      workgroup: 'sales',
      title: '玉',
      language: 'zh-CN',
      theme: 'dark',
    });
    expect(addressOf(options)).toBe(address);
  });

  it('ignores languages and themes that are none', () => {
    expect(optionsOf(new URLSearchParams('lang=fr&theme=pink&channel='))).toEqual({});
  });

  it.each([
    ['its set-up', { ok: true, json: () => Promise.resolve({ data: { title: 'Shop' } }) }, { title: 'Shop' }],
    ['no such channel', { ok: true, json: () => Promise.resolve({ data: false }) }, null],
  ])('asks the server for a channel: %s', async (_, response, expected) => {
    vi.stubGlobal('fetch', () => Promise.resolve(response));
    expect(await fetchChannel('shop', 'en')).toEqual(expected);
  });

  it('does not take a busy server for one without the channel', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve({ ok: false, status: 503 }));
    await expect(fetchChannel('shop', 'en')).rejects.toThrow('503');
  });

  it('goes by the channel of its own address', () => {
    const told = { channel: 'other', title: 'Mine' };
    expect(withOptions({ channel: 'shop', brand: '#111111' }, told)).toEqual({
      channel: 'shop',
      brand: '#111111',
      title: 'Mine',
    });
    expect(withOptions({}, told).channel).toBeUndefined();
  });
});

describe('how a visitor is introduced', () => {
  const settings = settingsFrom({ channel: 'shop', organisation: 'acme' }, {});

  it('tells nothing that is not known', () => {
    expect(introductionOf({}, settings, undefined, 'en')).toEqual({
      organisation: 'acme',
      channel: 'shop',
      more: { lang: 'en' },
    });
  });

  it.each([
    ['8c8bf6', 'userHash'],
    ['a.b.c', 'userToken'],
  ])('tells who it is and what proves it: %s', (signature, name) => {
    const visitor = { id: '17', signature, name: 'Mei', phone: '138' };
    const attributes = { plan: 'gold', basket: 268 };
    expect(introductionOf({ visitor, attributes }, settings, undefined, 'zh-CN')).toMatchObject({
      name: 'Mei',
      more: {
        lang: 'zh-CN',
        mobile: '138',
        userId: '17',
        [name]: signature,
        extra: JSON.stringify(attributes),
      },
    });
  });
});

describe('who a conversation is with', () => {
  it.each([
    ['org/workgroup/sales/v1', { kind: 'workgroup', id: 'sales', name: '' }],
    ['org/agent/ann/v1', { kind: 'agent', id: 'ann', name: '' }],
    ['org/queue/sales', undefined],
    ['', undefined],
  ])('%s', (topic, expected) => expect(serviceOf(topic)).toEqual(expected));
});

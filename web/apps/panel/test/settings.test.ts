import { afterEach, describe, expect, it, vi } from 'vitest';
import { serviceOf } from '../src/visit/service-of.js';
import { addressOf, fetchChannel, optionsOf, settingsFrom } from '../src/visit/settings.js';

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
    ['no such channel', { ok: false, json: () => Promise.resolve({}) }, {}],
    ['a refusal', { ok: true, json: () => Promise.resolve({ data: false }) }, {}],
  ])('asks the server for a channel: %s', async (_, response, expected) => {
    vi.stubGlobal('fetch', () => Promise.resolve(response));
    expect(await fetchChannel('shop', 'en')).toEqual(expected);
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

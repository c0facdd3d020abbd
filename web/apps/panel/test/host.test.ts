import { expect, it, vi } from 'vitest';
import type { ToPanel } from '@deskwire/launcher/bridge';
import { embeddedHost } from '../src/visit/host.js';

const init: ToPanel = {
  do: 'init',
  options: { channel: 'shop' },
  page: { url: 'https://shop.example/', title: 'Shop', referrer: '' },
  shown: true,
  full: false,
};

/** A window with a parent, to which messages can be posted. */
function framed() {
  const listeners: ((event: unknown) => void)[] = [];
  const parent = {};
  const page = {
    parent,
    addEventListener: (_: string, listener: (event: unknown) => void) => void listeners.push(listener),
  };
  const heard: ToPanel[] = [];
  const host = embeddedHost(page as unknown as Window, (message) => heard.push(message));
  return {
    heard,
    host,
    parent,
    receive: (event: object) => listeners.forEach((listener) => listener(event)),
  };
}

const port = () => ({ postMessage: vi.fn(), close: vi.fn(), onmessage: null as unknown });

it('takes the port of its parent, and talks over it', () => {
  const { heard, host, parent, receive } = framed();
  const given = port();
  receive({ source: parent, data: init, ports: [given] });
  expect(heard).toEqual([init]);
  host.post({ do: 'close' });
  expect(given.postMessage).toHaveBeenCalledWith({ do: 'close' });
  (given.onmessage as (event: object) => void)({ data: { do: 'shutdown' } });
  expect(heard).toHaveLength(2);
});

it.each([
  ['another window', { data: init, source: {} }],
  ['something else', { data: { do: 'shutdown' } }],
  ['nothing', { data: undefined }],
  ['no port', { data: init, ports: [] }],
])('does not listen to %s', (_, event) => {
  const { heard, parent, receive } = framed();
  receive({ source: parent, ports: [port()], ...event });
  expect(heard).toEqual([]);
});

it('goes on with the newest port, when the launcher has come anew', () => {
  const { host, parent, receive } = framed();
  const [old, fresh] = [port(), port()];
  receive({ source: parent, data: init, ports: [old] });
  receive({ source: parent, data: init, ports: [fresh] });
  host.post({ do: 'forgotten' });
  expect(old.close).toHaveBeenCalledOnce();
  expect(old.postMessage).not.toHaveBeenCalled();
  expect(fresh.postMessage).toHaveBeenCalledOnce();
});

it('is closed by Escape', () => {
  const { parent, receive } = framed();
  const given = port();
  receive({ source: parent, data: init, ports: [given] });
  receive({ key: 'a', ports: [] });
  expect(given.postMessage).not.toHaveBeenCalled();
  receive({ key: 'Escape', ports: [] });
  expect(given.postMessage).toHaveBeenCalledWith({ do: 'close' });
});

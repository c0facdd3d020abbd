import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Visit } from '../src/visit/visit.js';
import { askOpener, takeOver, tellWindow } from '../src/visit/popout.js';

const HERE = 'https://chat.example';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A window at `origin`; what is posted to it comes from `speaker`, if it is meant for that origin. */
class FakeWindow extends EventTarget {
  onmessage: ((event: object) => void) | null = null;
  opener: FakeWindow | null = null;
  speaker: FakeWindow | null = null;
  readonly close = vi.fn();
  readonly location: { readonly origin: string };
  readonly sessionStorage: Partial<Storage> = {};

  constructor(origin = HERE) {
    super();
    this.location = { origin };
  }

  postMessage(data: unknown, target: string): void {
    if (target === this.location.origin) {
      const event = { data, source: this.speaker, origin: this.speaker?.location.origin };
      this.onmessage?.(event);
      this.dispatchEvent(Object.assign(new Event('message'), event));
    }
  }
}

const asWindow = (fake: FakeWindow) => fake as unknown as Window;

/** A panel in its frame, the window that it has opened, and what happens to the visitor. */
function opened({
  frame = new FakeWindow(),
  identity = { id: 'v1' },
}: { frame?: FakeWindow; identity?: { readonly id: string } | null } = {}) {
  const popup = new FakeWindow();
  [popup.opener, popup.speaker, frame.speaker] = [frame, frame, popup];
  let changed: (identity: object | null) => void = () => undefined;
  const visit = {
    client: {
      identity,
      on: (_: string, listener: typeof changed) => (changed = listener),
    },
    options: () => ({ title: 'Shop', visitor: { name: 'Mei' } }),
  } as unknown as Visit;
  const tell = () => tellWindow(asWindow(frame), asWindow(popup), visit);
  return { frame, popup, tell, forget: () => changed(null) };
}

it('goes on with the visitor and the options of the frame, those of the address behind them', async () => {
  const { popup, tell } = opened();
  tell();
  const { options, visitor } = await takeOver(asWindow(popup), { channel: 'shop', title: 'Other' });
  expect(visitor).toBe('v1');
  expect(options).toEqual({ channel: 'shop', title: 'Shop', visitor: { name: 'Mei' } });
});

it('asks until the frame listens', async () => {
  const { popup, tell } = opened({ identity: null });
  const told = askOpener(asWindow(popup));
  vi.advanceTimersByTime(250);
  tell();
  vi.advanceTimersByTime(100);
  expect(await told).toMatchObject({ visitor: null, options: { title: 'Shop' } });
  expect(vi.getTimerCount()).toBe(0);
});

it('is somebody new where nobody has opened it, or another site has', async () => {
  const alone = askOpener(asWindow(new FakeWindow()));
  const { popup, tell } = opened({ frame: new FakeWindow('https://evil.example') });
  tell();
  const strange = askOpener(asWindow(popup));
  vi.advanceTimersByTime(2000);
  expect([await alone, await strange]).toEqual([null, null]);
});

it('believes nobody but its opener', async () => {
  const { popup } = opened();
  const told = askOpener(asWindow(popup));
  popup.speaker = new FakeWindow();
  popup.postMessage({ deskwire: 'visitor', visitor: 'somebody', options: {} }, HERE);
  vi.advanceTimersByTime(2000);
  expect(await told).toBeNull();
});

it('tells nobody but the window that was opened, and nothing to another question', () => {
  const { frame, popup, tell } = opened();
  const heard = vi.spyOn(popup, 'postMessage');
  tell();
  frame.postMessage('who', HERE);
  frame.speaker = new FakeWindow();
  frame.postMessage('deskwire:who', HERE);
  expect(heard).not.toHaveBeenCalled();
});

it('ends the window when the visitor is forgotten', () => {
  const { popup, tell, forget } = opened();
  tell();
  forget();
  expect(popup.close).toHaveBeenCalledOnce();
});

it('keeps texts in the memory of the window where storage is forbidden', async () => {
  const taken = takeOver(asWindow(new FakeWindow()), {});
  vi.advanceTimersByTime(2000);
  const store = (await taken).client.runtime?.store;
  store?.set('name', 'text');
  expect(store?.get('name')).toBe('text');
  store?.remove('name');
  expect(store?.get('name')).toBeNull();
});

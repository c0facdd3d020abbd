// For tests of what is built on this SDK: a clock, a page and a server that do as they are told.

// What clients load lazily is here from the beginning: no test has to wait for it.
import '../core/tabs.js';
import '../core/sign-in.js';
import '../store/activity.js';
import { loadBeyondWords } from '../store/loading.js';
import type { ClientOptions, Runtime } from '../types.js';
import { FakeClock } from './clock.js';
import { FakePage, fakeStore } from './page.js';
import { FakeServer } from './server.js';
import { fakeTabs } from './tabs.js';

export { FakeClock } from './clock.js';
export { FakePage, fakeStore } from './page.js';
export { FakeServer } from './server.js';
export type { Faults } from './server.js';
export { fakeTabs } from './tabs.js';

await loadBeyondWords();

/** A world of its own: what `createClient` needs, and what moves it. */
export interface FakeWorld {
  readonly clock: FakeClock;
  readonly page: FakePage;
  readonly server: FakeServer;
  /** For `createClient`. A second client of the same options is a second tab. */
  readonly options: ClientOptions & { readonly runtime: Runtime };
}

/** Makes a world. `random` decides on back-off and faults; a half each time if it is missing. */
export function fakeWorld(random: () => number = () => 0.5): FakeWorld {
  const clock = new FakeClock();
  const page = new FakePage();
  const server = new FakeServer(clock, random);
  const runtime: Runtime = {
    clock,
    random,
    page,
    store: fakeStore(),
    fetch: server.fetch,
    webSocket: null,
    otherTabs: fakeTabs(),
  };
  return { clock, page, server, options: { endpoint: '', transports: [server.carrier], runtime } };
}

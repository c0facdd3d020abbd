// One visit: who the visitor is, which conversation is open, which screen is shown, and what the host page is told.

import type { PageFacts, PanelOptions, ToPanel } from '@deskwire/launcher/bridge';
import type { Locale } from '@deskwire/i18n';
import { ChatError } from '@deskwire/sdk';
import type { ChatClient, Conversation, ConversationSummary, LeftMessage, Rating } from '@deskwire/sdk';
import { ring } from '../later.js';
import { loadWords } from '../texts/words.js';
import type { Words } from '../texts/words.js';
import { channelSettings } from './ahead.js';
import type { Host } from './host.js';
import { introductionOf } from './identity.js';
import { localeOf } from './language.js';
import { serviceOf } from './service-of.js';
import { settingsFrom, withOptions } from './settings.js';
import type { Service } from './settings.js';
import { isRunning } from './state.js';
import type { Screen, VisitState } from './state.js';
import { forgetAll, keep, kept } from './storage.js';
import { createStore } from './store.js';
import type { Store } from './store.js';
import { createTelling } from './telling.js';

/** What the visitor can do. */
export interface Visit {
  readonly store: Store<VisitState>;
  readonly client: ChatClient;
  readonly host: Host;
  readonly options: () => PanelOptions;
  hear(message: ToPanel): void;
  begin(): Promise<void>;
  go(screen: Screen): void;
  /** Asks for a service, or shows the choice if there are several. */
  ask: (service?: Service, name?: string, forceAgent?: boolean) => Promise<void>;
  /** Asks for a person where a robot answers. */
  askForPerson(): Promise<void>;
  openConversation(topic: string): void;
  rate(rating: Rating): Promise<void>;
  leaveMessage(message: LeftMessage): Promise<void>;
  end(): Promise<void>;
  setLocale(locale: Locale): void;
  setSound(on: boolean): void;
  forget(): Promise<void>;
}

/** Why this visitor is not served, whatever it does. */
const refusals = /^(FORBIDDEN|AUTH_REFUSED|UNKNOWN_CHANNEL|IDENTITY)/;

/**
 * Makes a visit. `options` are those of the address; an embedding page brings its own with `init`. `visitor` is who it has to
 * be, by uid, if that is not for the client to remember.
 */
export function createVisit(
  client: ChatClient,
  host: Host,
  options: PanelOptions,
  visitor: string | null = null,
): Visit {
  let asked = options;
  let page: PageFacts | undefined;
  let begun: Promise<void> | undefined;
  let previewing = false;
  const store = createStore<VisitState>({
    phase: 'loading',
    screen: 'home',
    settings: settingsFrom({}, asked),
    words: null,
    conversation: null,
    recent: null,
    shown: host.frame === 'hosted',
    full: false,
    sound: kept('sound') === '1',
    busy: false,
    problem: null,
  });
  const { tell, follow, stop } = createTelling(host, client, store);

  /** Does what the visitor has asked for; what goes wrong is shown. */
  async function attempt<T>(action: () => Promise<T>): Promise<T | undefined> {
    store.set({ busy: true, problem: null });
    try {
      return await action();
    } catch (cause) {
      const problem = cause instanceof ChatError ? cause : new ChatError('INTERNAL', String(cause));
      store.set({ problem });
      tell('error', { code: problem.code, message: problem.message });
      return undefined;
    } finally {
      store.set({ busy: false });
    }
  }

  function open(conversation: Conversation): void {
    store.set({ conversation, screen: 'thread', problem: null });
    follow(conversation);
  }

  async function readRecent(): Promise<readonly ConversationSummary[]> {
    const before = store.get().recent;
    const rows = await client.conversations();
    const { conversation, recent: shown } = store.get();
    const open = conversation?.view;
    // What is on the screen has been read, even if the server has not heard of it yet.
    const recent = rows.map((row) => (row.topic === open?.topic ? { ...row, unread: open.unread } : row));
    store.set({ recent });
    // Who asked at the same time and was answered first may have heard more than this answer says.
    return shown === before ? recent : readRecent();
  }

  /** The list of conversations follows what is said while it is on the screen. */
  function refreshRecent(): void {
    if (store.get().screen !== 'thread') {
      void readRecent().catch(() => undefined);
    }
  }
  client.on('message', refreshRecent);

  /** Speaks the language that fits from now on. */
  async function speak(): Promise<Words> {
    const locale = localeOf(asked);
    const current = store.get().words;
    const words = current?.locale === locale ? current : await loadWords(locale);
    store.set({ words });
    return words;
  }

  /** What is needed before anything can be shown: words, and how the shop wants the panel. */
  async function prepare(): Promise<void> {
    const [{ t }, known] = await Promise.all([speak(), channelSettings(asked, localeOf(asked))]);
    if (!known) {
      throw new ChatError('UNKNOWN_CHANNEL', 'no such channel');
    }
    const settings = settingsFrom(known, asked);
    store.set({ settings });
    if (host.frame === 'hosted') {
      document.title = settings.title || t('panel.title');
    }
  }

  async function introduce(): Promise<void> {
    const { settings } = store.get();
    const introduction = introductionOf(asked, settings, page, localeOf(asked));
    await client.init(visitor === null ? introduction : { ...introduction, visitor });
    if (settings.open !== null) {
      tell('availability', settings.open);
    }
  }

  /** The visitor comes in: says who it is, and goes on where it was. */
  async function arrive(): Promise<void> {
    await prepare();
    const before = client.identity?.id;
    if (before === undefined && visitor === null) {
      // Who has never been here can begin while the server is told.
      store.set({ phase: 'ready' });
    }
    const [early] = await Promise.all([before === undefined ? null : readRecent(), introduce()]);
    goOn(early && client.identity?.id === before ? early : await readRecent());
    store.set({ phase: 'ready' });
    tell('ready', null);
  }

  /** Opens the conversation that goes on, if none is open. */
  function goOn(recent: readonly ConversationSummary[]): void {
    const last = recent.find(({ status }) => isRunning(status));
    if (last && !store.get().conversation) {
      open(client.conversation(last.topic));
    }
  }

  /** The page says who the visitor is: what was shown stays, unless it turns out to be somebody else. */
  async function introduceAgain(): Promise<void> {
    const before = client.identity?.id;
    await introduce();
    if (client.identity?.id !== before) {
      stop();
      store.set({ conversation: null, screen: 'home' });
      goOn(await readRecent());
    }
  }

  const fail = (cause: unknown) => {
    const { code, message } = cause instanceof ChatError ? cause : new ChatError('INTERNAL', String(cause));
    tell('error', { code, message });
    return code;
  };

  /** The page has other wishes, or knows the visitor better. */
  function update(options: PanelOptions, facts: PageFacts): void {
    const known = JSON.stringify(asked.visitor);
    asked = withOptions(asked, options);
    page = facts;
    store.set({ settings: settingsFrom(store.get().settings, asked) });
    if (store.get().phase === 'ready' && JSON.stringify(asked.visitor) !== known) {
      introduceAgain().catch(fail);
    } else {
      void speak();
    }
  }

  const visit: Visit = {
    store,
    client,
    host,
    options: () => asked,
    hear(message) {
      switch (message.do) {
        case 'init':
        case 'update':
          update(message.options, message.page);
          if (message.do === 'init') {
            store.set({ shown: message.shown, full: message.full });
            if (message.preview) {
              previewing = true;
              const settings = settingsFrom(message.preview, asked);
              void speak().then(() => store.set({ settings, screen: 'home', recent: [], phase: 'ready' }));
            } else {
              void visit.begin();
            }
          }
          break;
        case 'shown':
          store.set({ shown: message.shown, full: message.full });
          break;
        case 'send':
          void (begun ?? visit.begin()).then(async () => {
            if (!store.get().conversation) {
              await visit.ask(store.get().settings.services[0]);
            }
            store.get().conversation?.sendText(message.text);
          });
          break;
        case 'shutdown':
          // Whatever is being begun must not bring back what is forgotten.
          void Promise.resolve(begun)
            .then(() => visit.forget())
            .then(() => host.post({ do: 'forgotten' }));
          break;
      }
    },
    begin() {
      store.set({ phase: 'loading' });
      begun = (begun ?? Promise.resolve()).then(arrive).catch((cause: unknown) => {
        store.set({ phase: refusals.test(fail(cause)) ? 'blocked' : 'unreachable' });
        tell('availability', false);
      });
      return begun;
    },
    go(screen) {
      store.set({ screen, problem: null });
      refreshRecent();
    },
    async ask(service, name, forceAgent) {
      const { services, askName } = store.get().settings;
      const named = !askName || !!asked.visitor?.name;
      const chosen = service ?? (services.length === 1 && named ? services[0] : undefined);
      if (previewing && chosen) {
        return;
      }
      if (!chosen) {
        store.set({ screen: 'choose', problem: null });
        return;
      }
      await attempt(async () => {
        await begun;
        if (store.get().phase !== 'ready') {
          return;
        }
        if (name) {
          asked = { ...asked, visitor: { ...asked.visitor, name } };
          await introduce();
        }
        const started = await client.start({
          [chosen.kind]: chosen.id,
          ...(forceAgent ? { forceAgent } : {}),
        });
        open(started.conversation);
        if (started.outcome !== 'offline') {
          tell('conversation:start', { topic: started.conversation.topic });
        }
      });
    },
    async askForPerson() {
      const { conversation } = store.get();
      await visit.ask(conversation ? serviceOf(conversation.topic) : undefined, undefined, true);
    },
    openConversation: (topic) => open(client.conversation(topic)),
    async rate(rating) {
      await attempt(async () => {
        await store.get().conversation?.rate(rating);
        tell('rating', { score: rating.score });
      });
    },
    async leaveMessage(message) {
      await attempt(async () => store.get().conversation?.leaveMessage(message));
    },
    async end() {
      await attempt(async () => store.get().conversation?.close());
    },
    setLocale(locale) {
      asked = { ...asked, language: locale };
      keep('language', locale);
      void speak();
    },
    setSound(sound) {
      keep('sound', sound ? '1' : '');
      store.set({ sound });
      if (sound) {
        ring();
      }
    },
    async forget() {
      stop();
      store.get().conversation?.leave();
      await client.logout().catch(() => undefined);
      forgetAll();
      visitor = null;
      asked = { ...asked, visitor: {} };
      store.set({ conversation: null, recent: null, screen: 'home', sound: false });
    },
  };
  return visit;
}

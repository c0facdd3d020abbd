// Who is writing at this moment, and what the visitor has in its composer.

import type { Clock, Person } from '../types.js';
import { parseObject, text } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import { toPerson } from './project.js';

/** How long a sign of writing is shown, and how often ours is told. */
const SHOWN_MS = 6_000;
const TOLD_EVERY_MS = 3_000;

/** How long a draft rests before it is told. */
const DRAFT_RESTS_MS = 400;

/** The fleeting side of one conversation. */
export class Activity {
  readonly #clock: Clock;
  readonly #tell: (type: 'TYPING' | 'PREVIEW', content: string) => void;
  readonly #changed: () => void;
  readonly #typing = new Map<string, { person: Person; stop: () => void }>();
  #preview = '';
  #toldAt = -TOLD_EVERY_MS;
  #draft: string | null = null;
  #shown: readonly Person[] = [];

  constructor(
    clock: Clock,
    tell: (type: 'TYPING' | 'PREVIEW', content: string) => void,
    changed: () => void,
  ) {
    this.#clock = clock;
    this.#tell = tell;
    this.#changed = changed;
  }

  /** Who is writing; the same list as long as nobody begins or stops. */
  get typing(): readonly Person[] {
    return this.#shown;
  }

  get preview(): string {
    return this.#preview;
  }

  /** Somebody is writing: a TYPING or PREVIEW has come. */
  writes({ type, content, user }: WireMessage): void {
    const person = toPerson(user);
    if (type === 'PREVIEW') {
      const told = parseObject(content) ?? {};
      this.#preview = told['clear'] === true ? '' : text(told['content']);
      if (this.#preview === '') {
        this.rests(person.id);
        return;
      }
    }
    this.#typing.get(person.id)?.stop();
    const stop = this.#clock.after(SHOWN_MS, () => this.rests(person.id));
    this.#typing.set(person.id, { person, stop });
    this.#update();
  }

  /** Somebody has stopped writing, or has said it. */
  rests(id = ''): void {
    this.#typing.get(id)?.stop();
    if (this.#typing.delete(id) || this.#preview !== '') {
      this.#preview = '';
      this.#update();
    }
  }

  /** We are writing. */
  type(): void {
    const now = this.#clock.now();
    if (now - this.#toldAt >= TOLD_EVERY_MS) {
      this.#toldAt = now;
      this.#tell('TYPING', '');
    }
  }

  /** This is in our composer. */
  draft(content: string): void {
    if (this.#draft === null) {
      this.#clock.after(DRAFT_RESTS_MS, () => {
        const draft = this.#draft ?? '';
        this.#draft = null;
        this.#tell(
          'PREVIEW',
          JSON.stringify({ v: 1, content: draft, clear: draft === '', ts: this.#clock.now() }),
        );
      });
    }
    this.#draft = content;
  }

  /** What we were writing was said. */
  said(): void {
    this.#toldAt = -TOLD_EVERY_MS;
  }

  #update(): void {
    this.#shown = [...this.#typing.values()].map(({ person }) => person);
    this.#changed();
  }
}

// Files on their way up: shown as messages at once, handed to the outbox under the same id when they are there.

import { asChatError, errorOf } from '../errors/from-server.js';
import type { ChatMessage, Outgoing, Sending, UploadOptions } from '../types.js';
import type { ConversationContext } from './context.js';
import { loadBeyondWords } from './loading.js';
import { seenBy, toChatMessage } from './project.js';

/** What a file is sent as. */
export type FileKind = NonNullable<UploadOptions['as']>;

/** One file that is to go up. */
export interface Upload {
  readonly id: string;
  readonly file: Blob;
  readonly name: string;
  readonly kind: FileKind;
  readonly options: UploadOptions;
  readonly preview: string;
  readonly done: { resolve: (message: ChatMessage) => void; reject: (error: Error) => void };
  abort: AbortController;
  shown: ChatMessage;
}

/** The uploads of one conversation. */
export class Uploads {
  readonly #topic: string;
  readonly #context: ConversationContext;
  readonly #say: (content: Outgoing, id: string) => void;
  readonly #changed: () => void;
  readonly #running = new Map<string, Upload>();

  /** `say` queues the message of a file that is there. */
  constructor(
    topic: string,
    context: ConversationContext,
    say: (content: Outgoing, id: string) => void,
    changed: () => void,
  ) {
    this.#topic = topic;
    this.#context = context;
    this.#say = say;
    this.#changed = changed;
  }

  /** What the page shows of them. */
  shown(): ChatMessage[] {
    return [...this.#running.values()].map(({ shown }) => shown);
  }

  start(file: Blob, options: UploadOptions): Sending {
    const context = this.#context;
    const family = file.type.split('/')[0];
    const kind =
      options.as ?? (family === 'image' || family === 'audio' || family === 'video' ? family : 'file');
    const name =
      options.name ?? (file instanceof File ? file.name : `${kind}.${file.type.split('/')[1] ?? 'bin'}`);
    const preview = kind === 'image' && 'createObjectURL' in URL ? URL.createObjectURL(file) : '';
    const positions = seenBy(context.me().id);
    const shown = {
      ...toChatMessage(context.compose(this.#topic, '', ''), positions),
      at: context.runtime.clock.now(),
      content: { type: kind, url: preview, name, size: file.size, mimeType: file.type },
    };
    const { id } = shown;
    let settle: Upload['done'] | undefined;
    const done = new Promise<ChatMessage>((resolve, reject) => (settle = { resolve, reject }));
    done.catch(() => undefined); // who does not look at it sees the status
    const upload = { id, file, name, kind, options, preview, done: settle, shown } as Upload;
    this.#running.set(id, upload);
    void this.#run(upload);
    return {
      id,
      done,
      get message() {
        return upload.shown;
      },
      retry: () => void this.retry(id),
      cancel: () => this.cancel(id),
    };
  }

  /** False if it is no upload. */
  retry(id: string): boolean {
    const upload = this.#running.get(id);
    if (upload?.shown.status === 'failed') {
      void this.#run(upload);
    }
    return upload !== undefined;
  }

  /** False if it is no upload, or is over. */
  cancel(id: string): boolean {
    const upload = this.#running.get(id);
    if (upload) {
      this.#end(upload);
      upload.abort.abort();
      upload.done.reject(errorOf('CANCELLED', 'the upload was taken back'));
    }
    return upload !== undefined;
  }

  async #run(upload: Upload): Promise<void> {
    const { id, done } = upload;
    upload.abort = new AbortController();
    this.#show(upload, { status: 'sending', progress: 0 });
    try {
      const { uploaded } = await loadBeyondWords();
      const content = await uploaded(upload, this.#context.files, (progress) =>
        this.#show(upload, { progress }),
      );
      if (this.#running.has(id)) {
        this.#end(upload);
        this.#say(content, id);
        const { seq = null } = await this.#context.outbox.outcome(id);
        upload.shown = { ...upload.shown, status: 'sent', seq };
        done.resolve(upload.shown);
      }
    } catch (thrown) {
      const error = asChatError(thrown);
      this.#show(upload, { status: 'failed', error });
      done.reject(error);
    }
  }

  #show(upload: Upload, change: Partial<ChatMessage>): void {
    upload.shown = { ...upload.shown, ...change };
    this.#changed();
  }

  #end({ id, preview }: Upload): void {
    this.#running.delete(id);
    URL.revokeObjectURL(preview);
    this.#changed();
  }
}

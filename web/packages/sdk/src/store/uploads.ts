// Files on their way up: shown as messages at once, handed to the outbox under the same id when they are there.

import { newId } from '../core/uuid.js';
import { asChatError, errorOf } from '../errors/from-server.js';
import type { ChatMessage, Outgoing, Sending, UploadedFile, UploadOptions } from '../types.js';
import type { ConversationContext } from './context.js';

type Kind = NonNullable<UploadOptions['as']>;

interface Upload {
  readonly id: string;
  readonly file: Blob;
  readonly name: string;
  readonly kind: Kind;
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
  readonly #say: (id: string, content: Outgoing) => string;
  readonly #changed: () => void;
  readonly #running = new Map<string, Upload>();

  /** `say` queues the message of a file that is there. */
  constructor(
    topic: string,
    context: ConversationContext,
    say: (id: string, content: Outgoing) => string,
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
    const id = newId(this.#context.runtime.clock.now());
    let settle: Upload['done'] = { resolve: () => {}, reject: () => {} };
    const done = new Promise<ChatMessage>((resolve, reject) => (settle = { resolve, reject }));
    done.catch(() => undefined);
    const kind = options.as ?? kindOf(file.type);
    const name =
      options.name ?? (file instanceof File ? file.name : `${kind}.${file.type.split('/')[1] ?? 'bin'}`);
    const preview = kind === 'image' && 'createObjectURL' in URL ? URL.createObjectURL(file) : '';
    const upload: Upload = {
      id,
      file,
      name,
      kind,
      options,
      preview,
      done: settle,
      abort: new AbortController(),
      shown: this.#draw(id, { kind, url: preview, name, size: file.size, mimeType: file.type }),
    };
    this.#running.set(id, upload);
    void this.#run(upload);
    this.#changed();
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
      upload.abort = new AbortController();
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
    const { id, name, kind, options, abort } = upload;
    this.#show(upload, { status: 'sending', progress: 0 });
    try {
      const file = kind === 'image' ? await smaller(upload.file, options) : upload.file;
      const uploaded = await this.#context.files.upload(file, {
        name,
        key: id,
        signal: abort.signal,
        progress: (share) => this.#show(upload, { progress: share }),
      });
      if (this.#running.has(id)) {
        this.#end(upload);
        this.#say(id, toContent(kind, uploaded));
        const entry = await this.#context.outbox.outcome(id);
        upload.shown = { ...upload.shown, status: 'sent', seq: entry.seq ?? null };
        upload.done.resolve(upload.shown);
      }
    } catch (thrown) {
      const error = asChatError(thrown);
      if (this.#running.has(id)) {
        this.#show(upload, { status: 'failed', error });
      }
      upload.done.reject(error);
    }
  }

  #show(upload: Upload, change: Partial<ChatMessage>): void {
    upload.shown = { ...upload.shown, ...change };
    this.#changed();
  }

  #end(upload: Upload): void {
    this.#running.delete(upload.id);
    if (upload.preview) {
      URL.revokeObjectURL(upload.preview);
    }
    this.#changed();
  }

  #draw(
    id: string,
    { kind, ...file }: { kind: Kind; url: string; name: string; size: number; mimeType: string },
  ): ChatMessage {
    const { id: me, name, avatar, role } = this.#context.me();
    return {
      id,
      topic: this.#topic,
      seq: null,
      sender: { id: me, name, avatar, role },
      mine: true,
      at: this.#context.runtime.clock.now(),
      content: { type: kind, ...file },
      status: 'sending',
      recalled: false,
      edited: false,
      reactions: [],
      progress: 0,
    };
  }
}

function kindOf(mimeType: string): Kind {
  const family = mimeType.split('/')[0];
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
}

function toContent(
  kind: Kind,
  { url, name, size, mimeType, width, height, thumbnail }: UploadedFile,
): Outgoing {
  const file = { url, name, size, mimeType };
  return kind === 'image'
    ? { type: kind, ...file, ...(thumbnail && { thumbnail }), ...(width && height && { width, height }) }
    : { type: kind, ...file };
}

async function smaller(file: Blob, { maxPixels }: UploadOptions): Promise<Blob> {
  const { scaledDown } = await import('./picture.js');
  return scaledDown(file, maxPixels);
}

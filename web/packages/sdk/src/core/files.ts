// Files to and from the server.

import { errorOf, serverError } from '../errors/from-server.js';
import { paths } from '../transports/http-api.js';
import type { Files, Http, Identity, UploadedFile } from '../types.js';
import { number, parseObject, text, type JsonObject } from '../wire/json.js';
import { refusal } from './http.js';

type UploadOptions = NonNullable<Parameters<Files['upload']>[1]>;

/** What files need from their client. */
export interface FilesHost {
  readonly endpoint: string;
  readonly fetch: typeof fetch;
  readonly http: Http;
  identity(): Identity | null;
  token(renew: boolean): Promise<string | null>;
}

/** Uploads and links. */
export class ServerFiles implements Files {
  readonly #host: FilesHost;

  constructor(host: FilesHost) {
    this.#host = host;
  }

  async upload(file: Blob, options: UploadOptions = {}): Promise<UploadedFile> {
    const path = paths(this.#host.identity()?.role ?? 'visitor').upload;
    const form = new FormData();
    const name = options.name ?? (file instanceof File ? file.name : 'file');
    form.append('fileName', name);
    form.append('isAvatar', String(options.avatar ?? false));
    form.append('file', file, name);
    let answer = await this.#send(path, form, options, false);
    if (answer.status === 401) {
      answer = await this.#send(path, form, options, true);
    }
    if (answer.status !== 200 || answer.body['code'] !== 200) {
      throw serverError(text(answer.body['message']) || `HTTP ${answer.status}`, {
        status: answer.status,
        code: answer.body['error'],
      });
    }
    return toUploaded(answer.body['data'] as JsonObject);
  }

  async link(url: string): Promise<string> {
    const { fileUrl } = await this.#host.http.get<{ fileUrl: string }>(
      paths(this.#host.identity()?.role ?? 'visitor').link,
      { url },
    );
    return fileUrl;
  }

  async #send(
    path: string,
    form: FormData,
    { key, progress, signal }: UploadOptions,
    renew: boolean,
  ): Promise<{ status: number; body: JsonObject }> {
    const token = await this.#host.token(renew);
    const headers = {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      ...(key !== undefined && { 'idempotency-key': key }),
    };
    const url = this.#host.endpoint + path;
    // Only XMLHttpRequest tells how far a request has come.
    if (progress && typeof XMLHttpRequest !== 'undefined') {
      return withProgress(url, form, headers, progress, signal);
    }
    try {
      const response = await this.#host.fetch(url, {
        method: 'POST',
        body: form,
        headers,
        ...(signal && { signal }),
      });
      if (!response.ok && response.status !== 401) {
        throw refusal(response, await response.text());
      }
      return { status: response.status, body: parseObject(await response.text()) ?? {} };
    } catch (cause) {
      throw cause instanceof Error && cause.name === 'ChatError' ? cause : broken(signal, cause);
    }
  }
}

function withProgress(
  url: string,
  form: FormData,
  headers: Readonly<Record<string, string>>,
  progress: (share: number) => void,
  signal?: AbortSignal,
): Promise<{ status: number; body: JsonObject }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    Object.entries(headers).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.upload.onprogress = ({ loaded, total }) => progress(total > 0 ? loaded / total : 0);
    request.onload = () => resolve({ status: request.status, body: parseObject(request.responseText) ?? {} });
    request.onerror = request.onabort = () => reject(broken(signal));
    signal?.addEventListener('abort', () => request.abort());
    request.send(form);
  });
}

function broken(signal?: AbortSignal, cause?: unknown): Error {
  return signal?.aborted === true
    ? errorOf('CANCELLED', 'the upload was taken back')
    : errorOf('NETWORK', 'the file did not arrive', { cause });
}

function toUploaded(data: JsonObject): UploadedFile {
  const width = number(data['width']);
  const height = number(data['height']);
  const thumbnail = text(data['thumbnail']);
  return {
    uid: text(data['uid']),
    url: text(data['fileUrl']),
    name: text(data['fileName']),
    size: number(data['fileSize']) ?? 0,
    mimeType: text(data['mimeType']),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
    ...(thumbnail && { thumbnail }),
  };
}

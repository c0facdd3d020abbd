// Values of JSON whose form nobody promises.

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The object in a text, or undefined if it holds none. */
export function parseObject(json: string | undefined): JsonObject | undefined {
  if (json?.trimStart().startsWith('{') !== true) {
    return undefined;
  }
  try {
    return JSON.parse(json) as JsonObject;
  } catch {
    return undefined;
  }
}

/** The value if it is an object, else an empty one. */
export function object(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null ? (value as JsonObject) : {};
}

/** The value if it is a list, else an empty one. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value if it is text or a number, else an empty text. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** The value if it is a number, or text that is one. */
export function number(value: unknown): number | undefined {
  const read = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}

// STOMP 1.2 frames as our server and we write them: one whole frame in each message of the socket.
//
// A general STOMP client is 5 KB. It splits and joins frames, beats its own heart and comes back by itself; here the
// server never splits a frame, liveness and reconnecting belong to the connection, and what is left is this.

/** A frame. */
export interface Frame {
  readonly command: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\r': '\\r', '\n': '\\n', ':': '\\c' };
const UNESCAPES: Readonly<Record<string, string>> = { '\\\\': '\\', '\\r': '\r', '\\n': '\n', '\\c': ':' };

/** The frame as text. Values of CONNECT are not escaped (STOMP 1.2, "Value Encoding"). */
export function writeFrame({ command, headers, body }: Frame): string {
  const escape = (text: string) =>
    command === 'CONNECT' ? text : text.replace(/[\\\r\n:]/g, (found) => ESCAPES[found] ?? found);
  const lines = Object.entries(headers).map(([name, value]) => `${escape(name)}:${escape(value)}\n`);
  return `${command}\n${lines.join('')}\n${body}\0`;
}

/** The frame in a text, or undefined for a heart-beat. Of repeated headers the first one counts. */
export function readFrame(text: string): Frame | undefined {
  const end = /\r?\n\r?\n/.exec(text);
  if (!end) {
    return undefined;
  }
  const [command = '', ...lines] = text.slice(0, end.index).trimStart().split(/\r?\n/);
  const unescape = (value: string) =>
    command === 'CONNECTED' ? value : value.replace(/\\[\\rnc]/g, (found) => UNESCAPES[found] ?? found);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    headers[unescape(line.slice(0, colon))] ??= unescape(line.slice(colon + 1));
  }
  return { command, headers, body: text.slice(end.index + end[0].length).replace(/\0\n*$/, '') };
}

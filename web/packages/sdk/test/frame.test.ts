// Our frames are those of STOMP: the public client reads what we write, and we read what it writes.

import { FrameImpl, Parser, type IRawFrameType } from '@stomp/stompjs';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readFrame, writeFrame } from '../src/transports/frame.js';

const text = fc.string({ unit: 'grapheme', maxLength: 30 }).filter((value) => !value.includes('\0'));
const names = fc.stringMatching(/^[a-z][a-z-]{0,10}$/).filter((name) => name !== 'content-length');
const frames = fc.record({
  command: fc.constantFrom('SEND', 'MESSAGE', 'SUBSCRIBE'),
  headers: fc.dictionary(
    names,
    text.filter((value) => value.trim() === value),
  ),
  body: text,
});

it('are read by the public client', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const seen: IRawFrameType[] = [];
      new Parser(
        (raw) => seen.push(raw),
        () => undefined,
      ).parseChunk(writeFrame(frame));
      const [first] = seen.map((raw) => FrameImpl.fromRawFrame(raw, true));
      expect({
        command: first?.command,
        headers: Object.fromEntries(Object.entries(first?.headers ?? {})),
        body: first?.body,
      }).toEqual({
        ...frame,
        headers: { ...frame.headers },
      });
    }),
    { seed: 6 },
  );
});

it('are read back, from us and from the public client', () => {
  fc.assert(
    fc.property(frames, (frame) => {
      const expected = { ...frame, headers: { ...frame.headers } };
      const read = (written: string) => {
        const { command, headers, body } = readFrame(written) ?? {};
        return { command, headers: { ...headers }, body };
      };
      expect(read(writeFrame(frame))).toEqual(expected);
      const theirs = new FrameImpl({
        ...frame,
        binaryBody: undefined,
        escapeHeaderValues: true,
        skipContentLengthHeader: true,
      });
      expect(read(theirs.serialize() as string)).toEqual(expected);
    }),
    { seed: 6 },
  );
});

it('of heart-beats are none, and repeated headers count once', () => {
  expect(readFrame('\n')).toBeUndefined();
  expect(readFrame('MESSAGE\na:1\na:2\n\nbody\0')?.headers['a']).toBe('1');
  expect(readFrame('\nRECEIPT\r\nreceipt-id:7\r\n\r\n\0\n')).toEqual({
    command: 'RECEIPT',
    headers: { 'receipt-id': '7' },
    body: '',
  });
});

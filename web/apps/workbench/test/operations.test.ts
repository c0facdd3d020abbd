import { createFormats } from '@deskwire/i18n';
import { describe, expect, it } from 'vitest';
import { actionKey, detailsOf, endOfDay, startOfDay, type AuditRow } from '../src/admin/audit.js';
import type { CoursePoint } from '../src/ops/answers.js';
import { continued, KEPT, millis, rate } from '../src/ops/course.js';

const point = (at: number): CoursePoint => ({
  at,
  received: 0,
  sent: 0,
  connections: 0,
  storedP95: null,
  deliveredP50: null,
  deliveredP95: null,
  memoryBytes: null,
});
const times = (points: readonly CoursePoint[]) => points.map(({ at }) => at);

describe('the course', () => {
  it('goes on where it was, without what came twice', () => {
    expect(times(continued([point(1), point(3)], [point(3), point(5)], 0))).toEqual([1, 3, 5]);
  });

  it('keeps a bounded number of points', () => {
    const many = Array.from({ length: 400 }, (_, index) => point(index + 1));
    expect(continued(many.slice(0, 200), many.slice(200), 0)).toHaveLength(KEPT);
  });

  it('begins anew with the server', () => {
    expect(times(continued([point(1), point(3)], [point(9)], 8))).toEqual([9]);
  });
});

describe('figures', () => {
  it('are finer the smaller they are', () => {
    expect([0.123, 9.5, 12.34, 456.7, null].map(millis)).toEqual(['0.12', '9.50', '12.3', '457', '–']);
    expect([0, 0.26, 12.6, 12345.6].map((value) => rate(value, createFormats('en')))).toEqual([
      '0',
      '0.3',
      '13',
      '12,346',
    ]);
  });
});

describe('an entry of the audit log', () => {
  it('has words for its action, or none', () => {
    expect(actionKey('webhook.drop')).toBe('audit.webhook.drop');
    expect(actionKey('service_key.revoke')).toBe('audit.service_key.revoke');
    expect(actionKey('something.new')).toBeNull();
  });

  it('tells what was asked for', () => {
    const row = { details: { role: 'ADMIN', agentUids: ['a', 'b'], capacity: 3 } } as unknown as AuditRow;
    expect(detailsOf(row)).toBe('role: ADMIN, agentUids: ["a","b"], capacity: 3');
  });

  it('is found by whole days', () => {
    expect([startOfDay(''), endOfDay('')]).toEqual([undefined, undefined]);
    const [from, to] = [startOfDay('2026-03-01') ?? 0, endOfDay('2026-03-01') ?? 0];
    expect(to - from).toBe(86_400_000);
    expect(new Date(from).getHours()).toBe(0);
  });
});
